package dev.apmexport.store.loadtest;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What k6 said of a run when it asked to start it. */
public final class LocalExecutions {
  private final JdbcClient jdbc;

  public LocalExecutions(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * @param maxVUs the most virtual users that it will have at once
   * @param totalSeconds the longest that it can take
   */
  public record LocalExecution(long loadTestId, long projectId, int maxVUs, int totalSeconds) {}

  /** Notes it; what was noted of the run before stays. */
  public void begun(long testRunId, LoadTest of, int maxVUs, int totalSeconds) {
    jdbc.sql("insert into local_execution (test_run_id, load_test_id, max_vus, total_seconds) values (?, ?, ?, ?) "
        + "on conflict do nothing").params(testRunId, of.id(), maxVUs, totalSeconds).update();
  }

  /** Empty for a run that was made in another way. */
  public Optional<LocalExecution> of(long testRunId) {
    return jdbc.sql("""
        select e.load_test_id, t.project_id, e.max_vus, e.total_seconds
        from local_execution e join load_test t on t.id = e.load_test_id where e.test_run_id = ?""").param(testRunId)
        .query((row, number) -> new LocalExecution(row.getLong(1), row.getLong(2), row.getInt(3), row.getInt(4)))
        .optional();
  }
}
