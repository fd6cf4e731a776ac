package dev.apmexport.store.log;

import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One run's part of the metric log. */
public final class PostgresRunFeed implements RunFeed {
  private final JdbcClient jdbc;
  private final long testRunId;
  private final OffsetDateTime since;

  /** @param createdAt of the run: no record is older, which spares the partitions before */
  PostgresRunFeed(JdbcClient jdbc, long testRunId, Instant createdAt) {
    this.jdbc = jdbc;
    this.testRunId = testRunId;
    this.since = createdAt.minusSeconds(1).atOffset(ZoneOffset.UTC);
  }

  @Override
  public List<LogRecord> read(long afterSeq, int limit) {
    return jdbc.sql("""
        select seq, received_at, kind, instance, first_bucket, last_bucket, payload from metric_log
        where test_run_id = ? and seq > ? and received_at >= ? order by seq limit ?""")
        .params(testRunId, afterSeq, since, limit).query(PostgresRunFeed::record).list();
  }

  private static LogRecord record(ResultSet row, int number) throws SQLException {
    return new LogRecord(row.getLong("seq"),
        row.getObject("received_at", OffsetDateTime.class).toInstant().toEpochMilli(),
        LogRecord.Kind.numbered(row.getInt("kind")), row.getString("instance"), row.getLong("first_bucket"),
        row.getLong("last_bucket"), row.getBytes("payload"));
  }

  @Override
  public long[] firstBuckets(long throughSeq) {
    try (Stream<Long> buckets = jdbc.sql("""
        select first_bucket from metric_log
        where test_run_id = ? and seq <= ? and received_at >= ? order by seq""")
        .params(testRunId, throughSeq, since).query(Long.class).stream()) { // which holds a connection until it is closed
      return buckets.mapToLong(Long::longValue).toArray();
    }
  }

  @Override
  public long head() {
    return jdbc.sql("select next_seq from run_head where test_run_id = ?").param(testRunId).query(Long.class).single();
  }

  /** How long the run has been without a push. */
  public Duration idleFor() {
    return jdbc.sql("select extract(epoch from clock_timestamp() - last_at) from run_head where test_run_id = ?")
        .param(testRunId).query((row, n) -> Duration.ofMillis((long) (row.getDouble(1) * 1000))).single();
  }
}
