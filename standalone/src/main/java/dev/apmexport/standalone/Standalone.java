package dev.apmexport.standalone;

import dev.apmexport.api.ApiConfiguration;
import dev.apmexport.db.EmbeddedPostgres;
import dev.apmexport.db.EmbeddedPostgresException;
import dev.apmexport.worker.WorkerConfiguration;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Api and worker in one process, on a PostgreSQL of its own unless it is given one: what {@code ./run} starts. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ApiConfiguration.class, WorkerConfiguration.class, Welcome.class})
public class Standalone {
  public static void main(String[] arguments) {
    try {
      start(arguments);
    } catch (EmbeddedPostgresException e) {
      fail(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof PortInUseException taken) {
        fail("Port " + taken.getPort() + " is taken by another process. Choose another one: SERVER_PORT=8090 ./run");
      }
      throw e;
    }
  }

  private static void start(String[] arguments) {
    StandardEnvironment settings = settings(arguments);
    Path data = dataDirectory(settings);
    Map<String, Object> defaults = new LinkedHashMap<>();
    defaults.put("spring.config.name", "standalone");
    defaults.put("apm.data-dir", data.toString());
    if (settings.getProperty("apm.database-url") == null) {
      say("Starting PostgreSQL in " + data + " …");
      EmbeddedPostgres database = EmbeddedPostgres.start(data);
      // After everything that uses the database, which a shutdown hook of one's own could not promise.
      SpringApplication.getShutdownHandlers().add(database::close);
      defaults.put("apm.database-url", database.jdbcUrl());
      defaults.put("apm.database-username", database.username());
      defaults.put("apm.database-password", database.password());
    } else {
      tryOut(settings);
    }
    say("Starting the service …");
    new SpringApplicationBuilder(Standalone.class).properties(defaults).run(arguments);
  }

  /** One sentence now is worth more than the framework's pages about a pool that could not be filled. */
  static void tryOut(StandardEnvironment settings) {
    String url = settings.getRequiredProperty("apm.database-url");
    String shown = url.replaceFirst("\\?.*", "");
    try (Connection connection = DriverManager.getConnection(url, settings.getProperty("apm.database-username"),
        settings.getProperty("apm.database-password"))) {
      say("Using the database at " + shown + ".");
    } catch (SQLException e) {
      fail("The database at " + shown + " cannot be used: " + e.getMessage()
          + " Check APM_DATABASE_URL, APM_DATABASE_USERNAME and APM_DATABASE_PASSWORD.");
    }
  }

  /**
   * The settings that are needed before there is an application: flags before environment, in Spring's relaxed form.
   */
  static StandardEnvironment settings(String[] arguments) {
    StandardEnvironment settings = new StandardEnvironment();
    settings.getPropertySources().addFirst(new SimpleCommandLinePropertySource(arguments));
    ConfigurationPropertySources.attach(settings);
    return settings;
  }

  static Path dataDirectory(StandardEnvironment settings) {
    return Path.of(settings.getProperty("apm.data-dir", "data")).toAbsolutePath().normalize();
  }

  static void say(String line) {
    System.out.println(line);
  }

  static void fail(String sentence) {
    System.err.println(sentence);
    System.exit(1);
  }
}
