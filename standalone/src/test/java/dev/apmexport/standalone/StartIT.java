package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.db.TestPostgres;
import dev.apmexport.standalone.ServiceProcess.Ended;
import dev.apmexport.standalone.demo.ServiceClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator meets who starts the service: again, twice, on a taken port, on a database of his own. */
class StartIT {
  private static final String GIVEN_TOKEN = "--apm.bootstrap-token=" + ServiceProcess.TOKEN;

  @TempDir
  private Path folder;

  @Test
  void a_second_start_on_the_same_data_says_so_and_the_first_goes_on() throws Exception {
    try (var first = new ServiceProcess(folder, GIVEN_TOKEN).start(); ServiceClient client = first.client()) {
      Ended second = first.twin().startAndAwaitEnd();

      assertThat(second.exitCode()).isNotZero();
      assertThat(lastLine(second)).isEqualTo("The data directory " + first.dataDir().toRealPath()
          + " is in use by process " + first.pid() + ": stop that process, or start with another data directory.");
      assertThat(second.output()).doesNotContain("Exception", "\tat ");
      assertThat(first.isAlive()).isTrue();
      assertThat(client.isHealthy()).isTrue();
      assertThat(client.create("still here", "{}").path("id").isString()).isTrue();
    }
  }

  @Test
  void a_restart_keeps_the_runs_and_the_generated_tokens() throws Exception {
    try (var service = new ServiceProcess(folder).start()) {
      Path file = service.dataDir().resolve("token");
      String token = Files.readString(file).strip();
      Path operatorFile = service.dataDir().resolve("operator.token");
      String operator = Files.readString(operatorFile).strip();
      for (Path kept : List.of(file, operatorFile)) {
        assertThat(Files.getPosixFilePermissions(kept)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
      }
      assertThat(service.output()).contains(token, "operator.token").doesNotContain(operator);
      String run = create(service, token);
      service.close();
      assertThat(service.dataDir().resolve("pg/data/postmaster.pid")).doesNotExist();

      service.start();
      assertThat(Files.readString(file).strip()).isEqualTo(token);
      try (var client = new ServiceClient(service.url(), token)) {
        assertThat(client.run(run).path("name").asString()).isEqualTo("kept");
        assertThat(status(client, "/api/v1/tenants")).isEqualTo(403);
      }
      try (var client = new ServiceClient(service.url(), operator)) {
        assertThat(status(client, "/api/v1/tenants")).isEqualTo(200);
      }
      try (var stranger = new ServiceClient(service.url(), token + "x")) {
        assertThat(status(stranger, "/api/v1/test-runs/" + run)).isEqualTo(401);
      }
    }
  }

  private static int status(ServiceClient client, String path) throws Exception {
    return client.send("GET", path, BodyPublishers.noBody()).statusCode();
  }

  private static String create(ServiceProcess service, String token) throws Exception {
    try (var client = new ServiceClient(service.url(), token)) {
      return client.create("kept", "{}").path("id").asString();
    }
  }

  @Test
  void a_taken_port_is_said_in_a_sentence_and_nothing_is_left_running() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        var service = new ServiceProcess(folder, taken.getLocalPort(), List.of(GIVEN_TOKEN))) {
      Ended ended = service.startAndAwaitEnd();

      assertThat(ended.exitCode()).isNotZero();
      assertThat(lastLine(ended)).isEqualTo("Port " + taken.getLocalPort()
          + " is taken by another process. Choose another one: SERVER_PORT=8090 ./run");
      assertThat(ended.output()).doesNotContain("\tat ");
      assertThat(service.dataDir().resolve("pg/data/postmaster.pid")).doesNotExist();
    }
  }

  @Test
  void a_database_of_the_operators_own_is_used_instead_of_the_embedded_one() throws Exception {
    TestPostgres.Database database = TestPostgres.freshDatabase();
    try (
        var service = new ServiceProcess(folder, GIVEN_TOKEN, "--apm.database-url=" + database.url(),
            "--apm.database-username=" + database.username(), "--apm.database-password=" + database.password()).start();
        ServiceClient client = service.client()) {
      assertThat(client.create("elsewhere", "{}").path("state").asString()).isEqualTo("created");
      assertThat(service.dataDir().resolve("pg")).doesNotExist();
      assertThat(service.output()).doesNotContain("PostgreSQL", database.password());
    }
  }

  private static String lastLine(Ended ended) {
    return ended.output().lines().filter(line -> !line.isBlank()).reduce("", (_, line) -> line);
  }
}
