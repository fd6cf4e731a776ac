package dev.apmexport.store.log;

import dev.apmexport.exporter.source.LogRecord.Kind;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
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

  /**
   * Who pushed to the run, by name, as far as its log is still there. Reads where each of its records stands, and no
   * payload.
   *
   * @param createdAt of the run: no record is older, which spares the partitions before
   */
  public List<Generator> generators(long testRunId, Instant createdAt) {
    return jdbc.sql("""
        select instance, count(*), max(received_at) from metric_log
        where test_run_id = ? and received_at >= ? and kind <> ? group by instance order by instance""")
        .params(testRunId, createdAt.minusSeconds(1).atOffset(ZoneOffset.UTC), Kind.FINISH.number())
        .query((row, n) -> new Generator(row.getString(1), row.getLong(2),
            row.getObject(3, OffsetDateTime.class).toInstant()))
        .list();
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
