package dev.apmexport.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.WithStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class LogRetentionTest extends WithStore {
  private static final String OLD = "timestamptz '2020-05-17 10:20:00+00'";
  private static final String PARTITION = "metric_log_2020051710";

  @Autowired
  private PlatformTransactionManager transactions;

  private void oldRecordOf(long testRunId) {
    jdbc.sql("select ensure_metric_log_partition(" + OLD + ")").query().listOfRows();
    jdbc.sql("insert into metric_log values (?, 1, " + OLD + ", 1, '', 1, 1, '\\x00')").param(testRunId).update();
  }

  @Test
  void an_old_hour_is_dropped_when_no_run_in_it_goes_on() {
    long run = run().run().id();
    oldRecordOf(run);
    LogRetention retention = new LogRetention(jdbc);

    assertThat(retention.dropOlderThan(Duration.ofDays(7))).as("the run goes on").isEmpty();

    jdbc.sql("update test_run set state = 'finished' where id = ?").param(run).update();
    assertThat(retention.dropOlderThan(Duration.ofDays(7))).containsExactly(PARTITION);
    assertThat(jdbc.sql("select to_regclass(?)::text").param(PARTITION).query(String.class).optional()).isEmpty();
  }

  /** PostgreSQL may read the names of all tables before it asks which are hours, and does so once it knows more. */
  @Test
  void an_old_hour_is_found_however_the_database_looks_for_it() {
    undone(() -> {
      oldRecordOf(-1);
      jdbc.sql("set local enable_nestloop = off").update();

      assertThat(new LogRetention(jdbc).dropOlderThan(Duration.ofDays(7))).containsExactly(PARTITION);
    });
  }

  @Test
  void an_hour_is_old_when_its_end_is() {
    undone(() -> { // in one transaction it is always the same time
      jdbc.sql("select ensure_metric_log_partition(now() - h * interval '1 hour') from generate_series(4, 8) h").query()
          .listOfRows();
      List<String> old = jdbc.sql("""
          select 'metric_log_' || to_char((now() - h * interval '1 hour') at time zone 'UTC', 'YYYYMMDDHH24')
          from generate_series(8, 6, -1) h""").query(String.class).list();

      assertThat(new LogRetention(jdbc).dropOlderThan(Duration.ofHours(5))).containsExactlyElementsOf(old);
    });
  }

  private void undone(Runnable test) {
    new TransactionTemplate(transactions).executeWithoutResult(status -> {
      status.setRollbackOnly();
      test.run();
    });
  }

  @Test
  void the_hours_of_the_last_days_stay() {
    log.makePartitions();

    assertThat(new LogRetention(jdbc).dropOlderThan(Duration.ofDays(7))).isEmpty();
  }
}
