package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.db.TestPostgres;
import dev.apmexport.standalone.demo.ServiceClient;
import dev.apmexport.store.secret.MasterKeyFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./run rotate-keys} as an operator uses it. */
class RotateKeysIT {
  private static final String GIVEN_TOKEN = "--apm.bootstrap-token=" + ServiceProcess.TOKEN;
  private static final String WITH_A_SECRET = "{\"cloud\":{\"apm\":[{\"provider\":\"prometheus\","
      + "\"remoteWriteURL\":\"http://127.0.0.1:9/write\",\"credentials\":{\"token\":\"canary\"}}]}}";

  @TempDir
  private Path folder;

  private record Said(int exitCode, String output) {}

  @Test
  void keys_change_beside_the_running_service_and_while_it_is_down() throws Exception {
    try (var service = new ServiceProcess(folder, GIVEN_TOKEN)) {
      String data = "--apm.data-dir=" + service.dataDir();
      assertThat(rotate(data).output()).startsWith("There is no database in " + service.dataDir());
      service.start();
      createRun(service);
      Path file = service.dataDir().resolve("master.key");
      String first = Files.readString(file);

      assertThat(rotate(data).output()).startsWith("Secrets encrypted anew: 1, under key");
      assertThat(rotate(data, "--new-key-file").output()).contains("new master key in " + file, "Restart");
      assertThat(Files.readString(file)).isNotEqualTo(first);
      createRun(service);

      service.close();
      assertThat(rotate(data).output()).startsWith("Secrets encrypted anew: 2, under key")
          .contains("Old keys removed: 1.");
      service.start();
      createRun(service);
      assertThat(service.output()).doesNotContain("canary", first, Files.readString(file));
    }
  }

  @Test
  void a_given_master_key_changes_in_a_database_of_the_operators_own() throws Exception {
    TestPostgres.Database database = TestPostgres.freshDatabase();
    String[] access = {"--apm.data-dir=" + folder.resolve("data"), "--apm.database-url=" + database.url(),
        "--apm.database-username=" + database.username(), "--apm.database-password=" + database.password()};
    String first = MasterKeyFile.random();
    String next = MasterKeyFile.random();
    try (var service = new ServiceProcess(folder, with(access, GIVEN_TOKEN, "--apm.master-key=" + first)).start()) {
      createRun(service);
    }

    assertThat(rotate(with(access, "--apm.master-key=" + first, "--new-key-file")).output())
        .contains("APM_NEW_MASTER_KEY must be 32 bytes");
    assertThat(rotate(with(access, "--apm.master-key=" + first, "--apm.new-master-key=" + next)).output())
        .contains("set APM_MASTER_KEY to it").doesNotContain(first, next);
    assertThat(rotate(with(access, "--apm.master-key=" + first)))
        .satisfies(said -> assertThat(said.exitCode()).isEqualTo(1))
        .satisfies(said -> assertThat(said.output()).contains("is not the one").doesNotContain("\tat "));
    assertThat(rotate(with(access, "--apm.master-key=" + next)).output()).contains("Secrets encrypted anew: 1");
    assertThat(refusedStart(with(access, GIVEN_TOKEN, "--apm.master-key=" + first))).contains("is not the one")
        .doesNotContain("\tat ", first);
  }

  private String refusedStart(String... flags) throws Exception {
    ServiceProcess.Ended ended = new ServiceProcess(folder, flags).startAndAwaitEnd();
    assertThat(ended.exitCode()).isNotZero();
    return ended.output();
  }

  private static void createRun(ServiceProcess service) throws Exception {
    try (ServiceClient client = service.client()) {
      assertThat(client.create("secret", WITH_A_SECRET).path("state").asString()).isEqualTo("created");
    }
  }

  private static String[] with(String[] flags, String... more) {
    List<String> all = new ArrayList<>(List.of(flags));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static Said rotate(String... flags) throws Exception {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:TieredStopAtLevel=1", "-cp",
        System.getProperty("java.class.path"), RotateKeys.class.getName()));
    command.addAll(List.of(flags));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), output);
  }
}
