package dev.apmexport.store.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.zaxxer.hikari.HikariDataSource;
import dev.apmexport.db.Migrations;
import dev.apmexport.db.TestPostgres;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.ledger.LedgerContract;
import dev.apmexport.exporter.ledger.Rejection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

class PostgresLedgerTest extends LedgerContract {
  private static JdbcClient jdbc;
  private static LedgerWriter writer;
  private static HikariDataSource pool;
  private long export;

  @BeforeAll
  static void begin() {
    pool = pool(TestPostgres.freshDatabase());
    Migrations.migrate(pool);
    jdbc = JdbcClient.create(pool);
    writer = writer(pool);
    jdbc.sql("insert into tenant (name) values ('one')").update();
    jdbc.sql("insert into test_run (tenant_id, name, settings) select id, 'run', '{}' from tenant").update();
  }

  @AfterAll
  static void end() {
    writer.close();
    pool.close();
  }

  static LedgerWriter writer(DataSource database) {
    return new LedgerWriter(new JdbcTemplate(database), new JdbcTransactionManager(database));
  }

  private static HikariDataSource pool(TestPostgres.Database database) {
    var pool = new HikariDataSource();
    pool.setJdbcUrl(database.url());
    pool.setUsername(database.username());
    pool.setPassword(database.password());
    pool.setMaximumPoolSize(5);
    return pool;
  }

  @Override
  protected Ledger first() {
    export = newExport();
    return takeOver();
  }

  @Override
  protected Ledger takeOver() {
    return PostgresLedger.takeOver(jdbc, writer, export);
  }

  private static long newExport() {
    return jdbc.sql("""
        insert into export (test_run_id, index, provider, state, config)
        select id, (select count(*) from export), 'prometheus', 'live', '{}' from test_run returning id""")
        .query(Long.class).single();
  }

  @Test
  void bookings_of_many_exports_are_all_durable() throws InterruptedException {
    long[] exports = IntStream.range(0, 20).mapToLong(_ -> newExport()).toArray();
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (long id : exports) {
        workers.submit(() -> {
          PostgresLedger ledger = PostgresLedger.takeOver(jdbc, writer, id);
          IntStream.range(0, 10).forEach(step -> ledger.settle(0, 0, step));
        });
      }
    }
    for (long id : exports) {
      assertThat(PostgresLedger.takeOver(jdbc, writer, id).load().settled(0, 0)).isEqualTo(9);
    }
  }

  @Test
  void a_reason_with_a_null_character_does_not_stop_the_ledger() {
    Ledger ledger = first();
    assertTimeoutPreemptively(Duration.ofMinutes(2), () -> {
      ledger.reject(new Rejection(0, 1_000_000, "k6_a{b=\"\0\"}", 0, Long.MAX_VALUE, "HTTP 400: \0\0 bad"));
      ledger.settle(0, 0, 0);
    });
    assertThat(ledger.load().rejection(0, 1_000_000, 5)).isPresent();
  }

  @Test
  void an_entry_that_can_never_be_written_harms_no_other_export() throws InterruptedException {
    Ledger other = first();
    PostgresLedger held = PostgresLedger.takeOver(jdbc, writer, newExport());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      long step = i;
      threads.add(Thread.startVirtualThread(() -> assertThatThrownBy(() -> held.settle(0, 100_000, 1)) // a smallint
          .hasMessageContaining("cannot be written")));
      threads.add(Thread.startVirtualThread(() -> other.settle(0, 0, step)));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofMinutes(2))).isTrue();
    }
    assertThat(other.load().settled(0, 0)).isEqualTo(4);
  }
}
