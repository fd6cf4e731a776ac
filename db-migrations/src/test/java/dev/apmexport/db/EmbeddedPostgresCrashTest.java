package dev.apmexport.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class EmbeddedPostgresCrashTest extends EmbeddedPostgresKit {
  @Test
  void takes_over_the_server_of_a_killed_process() throws Exception {
    OwnerProcess owner = new OwnerProcess(dataDir, cache);
    owner.kill();
    try (EmbeddedPostgres server = start()) {
      assertThat(server.adopted()).isTrue();
      assertThat(server.pid()).isEqualTo(owner.postmaster());
      assertThat(ask(server, "SELECT 1")).isEqualTo("1");
    }
    assertThat(ProcessHandle.of(owner.postmaster()).filter(EmbeddedPostgresCrashTest::runs)).isEmpty();
  }

  @Test
  void recovers_after_the_server_was_killed() throws Exception {
    try (EmbeddedPostgres first = start()) {
      execute(first, "CREATE TABLE committed AS SELECT 42 AS answer");
      kill(first.pid());
    }
    try (EmbeddedPostgres second = start()) {
      assertThat(second.adopted()).isFalse();
      assertThat(ask(second, "SELECT answer FROM committed")).isEqualTo("42");
    }
  }

  @Test
  void waits_for_a_session_that_outlives_the_killed_server() throws Exception {
    long session;
    try (EmbeddedPostgres first = start(); Connection connection = connect(first)) {
      session = connection.unwrap(PGConnection.class).getBackendPID();
      signal("STOP", session); // so that it does not notice that its server is gone
      kill(first.pid());
    }
    try (ExecutorService elsewhere = Executors.newSingleThreadExecutor()) {
      Future<String> answer = elsewhere.submit(this::startAndAsk);
      try {
        while (!Files.readString(dataDir.resolve("pg.log")).contains("is still in use")) {
          assertThat(answer.isDone()).isFalse();
        }
      } finally {
        signal("CONT", session);
      }
      assertThat(answer.get()).isEqualTo("1");
    }
  }

  private String startAndAsk() throws SQLException {
    try (EmbeddedPostgres server = start()) {
      return ask(server, "SELECT 1");
    }
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor()).isZero();
  }

  @Test
  void a_note_that_now_names_a_stranger_does_not_matter() throws Exception {
    try (EmbeddedPostgres first = start()) {
      kill(first.pid());
    }
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      Path note = dataDir.resolve("pg/data/postmaster.pid");
      List<String> lines = Files.readAllLines(note);
      lines.set(0, Long.toString(stranger.pid()));
      Files.write(note, lines);
      try (EmbeddedPostgres second = start()) {
        assertThat(second.adopted()).isFalse();
      }
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void a_first_start_that_was_killed_halfway_is_done_again() throws Exception {
    Files.createDirectories(dataDir.resolve("pg.new-1/data"));
    Files.writeString(dataDir.resolve("pg.new-1/data/PG_VERSION"), "18");
    try (EmbeddedPostgres server = start()) {
      assertThat(ask(server, "SELECT 1")).isEqualTo("1");
      assertThat(dataDir.resolve("pg.new-1")).doesNotExist();
    }
  }

  /** A zombie that nobody has collected yet does not. */
  private static boolean runs(ProcessHandle process) {
    return process.isAlive() && process.info().arguments().isPresent();
  }
}
