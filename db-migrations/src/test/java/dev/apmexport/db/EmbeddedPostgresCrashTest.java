package dev.apmexport.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

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
    try (EmbeddedPostgres first = start(); Connection connection = connect(first)) {
      // Busy in one statement, the session does not notice for some seconds that its server is gone.
      Thread.ofVirtual().start(() -> ignoringTheEnd(connection, "SELECT sum(n) FROM "
          + "(SELECT generate_series(1, 20000000) AS n) AS numbers"));
      String busy = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT sum(n)%'";
      Instant giveUp = Instant.now().plusSeconds(10);
      while (ask(first, busy).equals("0")) {
        assertThat(Instant.now()).isBefore(giveUp);
      }
      kill(first.pid());
    }
    try (EmbeddedPostgres second = start()) {
      assertThat(ask(second, "SELECT 1")).isEqualTo("1");
    }
    assertThat(dataDir.resolve("pg.log")).content().contains("is still in use");
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

  private static void ignoringTheEnd(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException _) {
      // the session died
    }
  }
}
