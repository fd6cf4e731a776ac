package dev.apmexport.store.log;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the metric log tells of runs beside their samples: who pushed, and whether the service stopped them. */
public final class RunTraffic {
  private final JdbcClient jdbc;

  public RunTraffic(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * One load generator of a run.
   *
   * @param name empty for the only one
   * @param pushes records of the log that are its
   */
  public record Generator(String name, long pushes, Instant lastReceivedAt) {}

  /**
   * A stop by the service.
   *
   * @param by {@code tenant}, {@code operator} or, where a limit was passed, {@code service}
   */
  public record Stop(Instant at, String by, String reason) {}

  /** Who pushed to the run, by name; at most {@link MetricLog#MAX_GENERATORS}. */
  public List<Generator> generators(long testRunId) {
    return jdbc.sql("select instance, pushes, last_at from load_generator where test_run_id = ? order by instance")
        .param(testRunId).query((row, n) -> new Generator(row.getString(1), row.getLong(2),
            row.getObject(3, OffsetDateTime.class).toInstant()))
        .list();
  }

  /** Whether the run was stopped, and was still pushed to or stopped within this time. */
  public boolean isStoppedAndHeard(long testRunId, Duration within) {
    return jdbc.sql("""
        select exists (select from run_head where test_run_id = ? and stop_reason is not null
          and last_at > clock_timestamp() - ? * interval '1 second')""").params(testRunId, within.toSeconds())
        .query(Boolean.class).single();
  }

  /** Those of the runs that were stopped. */
  public Map<Long, Stop> stops(Collection<Long> testRunIds) {
    Map<Long, Stop> stops = new HashMap<>();
    if (!testRunIds.isEmpty()) {
      jdbc.sql("select test_run_id, finished_at, stopped_by, stop_reason from run_head "
          + "where test_run_id in (:ids) and stop_reason is not null").param("ids", testRunIds).query(row -> {
            stops.put(row.getLong(1), new Stop(row.getObject(2, OffsetDateTime.class).toInstant(), row.getString(3),
                row.getString(4)));
          });
    }
    return stops;
  }
}
