package dev.apmexport.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class EmbeddedPostgresTest extends EmbeddedPostgresKit {
  @Test
  void keeps_its_data_over_a_restart() throws SQLException {
    try (EmbeddedPostgres first = start()) {
      execute(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    }
    try (EmbeddedPostgres second = start()) {
      assertThat(second.adopted()).isFalse();
      assertThat(ask(second, "SELECT answer FROM kept")).isEqualTo("42");
    }
  }

  @Test
  void closing_stops_the_server_even_while_sessions_are_open_and_twice_is_once() throws SQLException {
    EmbeddedPostgres server = start();
    long pid = server.pid();
    try (Connection _ = connect(server)) {
      server.close();
      assertThat(ProcessHandle.of(pid)).isEmpty();
      server.close();
    }
    assertThat(dataDir.resolve("pg/data/postmaster.pid")).doesNotExist();
  }

  @Test
  void closing_in_an_interrupted_thread_still_stops_the_server_in_order() {
    EmbeddedPostgres server = start();
    Thread.currentThread().interrupt();
    server.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(dataDir.resolve("pg.log")).content().contains("received fast shutdown request")
        .contains("database system is shut down");
  }

  @Test
  void what_is_committed_is_on_the_disk() throws SQLException {
    try (EmbeddedPostgres server = start()) {
      assertThat(ask(server, "SHOW fsync")).isEqualTo("on");
      assertThat(ask(server, "SHOW synchronous_commit")).isEqualTo("on");
      assertThat(ask(server, "SHOW full_page_writes")).isEqualTo("on");
      assertThat(ask(server, "SHOW data_checksums")).isEqualTo("on");
    }
  }

  @Test
  void texts_are_unicode_and_sort_by_bytes() throws SQLException {
    try (EmbeddedPostgres server = start()) {
      assertThat(ask(server, "SHOW server_encoding")).isEqualTo("UTF8");
      assertThat(ask(server, "SELECT datcollate FROM pg_database WHERE datname = current_database()")).isEqualTo("C");
    }
  }

  @Test
  void a_key_press_in_the_terminal_does_not_reach_the_server() throws IOException {
    assumeThat(Path.of("/proc/self/stat")).exists();
    try (EmbeddedPostgres server = start()) {
      String stat = Files.readString(Path.of("/proc", Long.toString(server.pid()), "stat"));
      String[] afterTheName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      assertThat(afterTheName[3]).as("session").isEqualTo(Long.toString(server.pid()));
    }
  }

  @Test
  void data_of_another_major_version_is_left_alone() throws Exception {
    start().close();
    Files.writeString(dataDir.resolve("pg/data/PG_VERSION"), "17\n");
    assertThatExceptionOfType(EmbeddedPostgresException.class).isThrownBy(this::start)
        .withMessageContaining("of PostgreSQL 17, this is PostgreSQL 18");
    Files.writeString(dataDir.resolve("pg/data/PG_VERSION"), "18\n");
    start().close();
  }

  @Test
  void a_start_that_fails_says_why_in_the_words_of_the_server() throws Exception {
    start().close();
    Files.writeString(dataDir.resolve("pg/data/postgresql.conf"), "no_such_setting = 1\n");
    assertThatExceptionOfType(EmbeddedPostgresException.class).isThrownBy(this::start)
        .withMessageContaining("no_such_setting")
        .withMessageContaining("pg.log");
  }
}
