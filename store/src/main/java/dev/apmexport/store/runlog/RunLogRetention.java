package dev.apmexport.store.runlog;

import dev.apmexport.store.run.OldRuns;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Forgets what runs have logged when their metrics are forgotten. */
public final class RunLogRetention {
  private final JdbcClient jdbc;

  public RunLogRetention(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Forgets the lines of runs that ended, or never began, longer ago. */
  public void deleteOlderThan(Duration age) {
    for (String table : List.of("run_log", "run_log_head", "run_log_push")) {
      jdbc.sql("delete from " + table + " where test_run_id in (" + OldRuns.IDS + ")").param(age.toSeconds()).update();
    }
  }
}
