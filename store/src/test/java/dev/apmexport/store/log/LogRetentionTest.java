package dev.apmexport.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.WithStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogRetentionTest extends WithStore {
  private static final String OLD = "timestamptz '2020-05-17 10:20:00+00'";
  private static final String PARTITION = "metric_log_2020051710";

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

  @Test
  void the_hours_of_the_last_days_stay() {
    log.makePartitions();

    assertThat(new LogRetention(jdbc).dropOlderThan(Duration.ofDays(7))).isEmpty();
  }
}
