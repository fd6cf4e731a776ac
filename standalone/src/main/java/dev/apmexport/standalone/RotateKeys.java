package dev.apmexport.standalone;

import dev.apmexport.db.DataDirectoryInUse;
import dev.apmexport.db.EmbeddedPostgres;
import dev.apmexport.db.EmbeddedPostgresException;
import dev.apmexport.store.secret.DataKeys;
import dev.apmexport.store.secret.KeyRotation;
import dev.apmexport.store.secret.MasterKey;
import dev.apmexport.store.secret.MasterKeyFile;
import dev.apmexport.store.secret.MasterKeyRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** {@code ./run rotate-keys}: speaks to the database alone, so it works whether the service runs or not. */
final class RotateKeys {
  private final StandardEnvironment settings;
  private final Path data;
  private final Path keyFile;

  private RotateKeys(StandardEnvironment settings) {
    this.settings = settings;
    this.data = Standalone.dataDirectory(settings);
    this.keyFile = data.resolve("master.key");
  }

  public static void main(String[] arguments) {
    LoggingSystem.get(RotateKeys.class.getClassLoader()).beforeInitialize(); // which silences it
    try {
      new RotateKeys(Standalone.settings(arguments)).run();
    } catch (MasterKeyRefused | EmbeddedPostgresException e) {
      Standalone.fail(String.valueOf(e.getMessage()));
    }
  }

  private void run() {
    String url = settings.getProperty("apm.database-url");
    if (url != null) {
      Standalone.tryOut(settings);
      act(new EmbeddedPostgres.Access(url, settings.getProperty("apm.database-username", ""),
          settings.getProperty("apm.database-password", "")));
    } else if (Files.exists(data.resolve("pg"))) {
      actOnEmbedded();
    } else {
      Standalone.fail("There is no database in " + data + ": set APM_DATA_DIR or APM_DATABASE_URL as for the service.");
    }
  }

  private void actOnEmbedded() {
    try (EmbeddedPostgres own = EmbeddedPostgres.start(data)) {
      act(own.access());
    } catch (DataDirectoryInUse serviceRuns) {
      act(EmbeddedPostgres.runningIn(data));
    }
  }

  private void act(EmbeddedPostgres.Access database) {
    try (var source = new SingleConnectionDataSource(database.jdbcUrl(), database.username(), database.password(),
        true)) {
      act(source);
    }
  }

  private void act(DataSource database) {
    JdbcClient jdbc = JdbcClient.create(database);
    DataKeys keys = new DataKeys(jdbc, new DataSourceTransactionManager(database));
    boolean inFile = settings.getProperty("apm.master-key", "").isBlank();
    if (!keys.exist()) {
      Standalone.say("No service has kept a secret in this database yet: there is nothing to rotate.");
    } else if (settings.containsProperty("apm.new-master-key") || settings.containsProperty("new-key-file")) {
      changeMasterKey(keys, inFile);
    } else {
      MasterKey master = inFile ? new MasterKeyFile(keyFile).keyOf(keys) : givenKey();
      tell(new KeyRotation(jdbc, keys, master).rotate());
    }
  }

  private void changeMasterKey(DataKeys keys, boolean inFile) {
    String next = settings.getProperty("apm.new-master-key", "");
    if (inFile) {
      new MasterKeyFile(keyFile).change(keys, next.isBlank() ? MasterKeyFile.random() : next);
      Standalone.say("The keys are encrypted under the new master key in " + keyFile + ".");
    } else {
      keys.rewrap(givenKey(), MasterKey.of(next, "APM_NEW_MASTER_KEY"));
      Standalone.say("The keys are encrypted under the new master key: set APM_MASTER_KEY to it.");
    }
    Standalone.say("Restart every process of the service; until then they go on with the keys they have. "
        + "If others may know the old master key, run ./run rotate-keys after that.");
  }

  private MasterKey givenKey() {
    return MasterKey.of(settings.getProperty("apm.master-key", ""), "APM_MASTER_KEY");
  }

  private static void tell(KeyRotation.Done done) {
    Standalone.say("Secrets encrypted anew: " + done.moved() + ", under key " + done.key() + ". Old keys removed: "
        + done.removed() + ".");
    if (done.undecipherable() > 0) {
      Standalone.say("Secrets that no key opens, left as they are: " + done.undecipherable() + ".");
    }
  }
}
