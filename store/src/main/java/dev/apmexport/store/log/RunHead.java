package dev.apmexport.store.log;

import dev.apmexport.store.log.MetricLog.Appended;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Where a run's log stands after what is about to be appended; its row is locked from then on.
 *
 * @param seq the new record's number
 * @param at the time of its arrival, never before the last record's
 * @param finish {@code explicit}, {@code idle} or null, as {@code finishedAt} is
 * @param stopReason null if nobody has stopped the run
 * @param bytes of all payloads, with the new one's
 */
record RunHead(long seq, OffsetDateTime at, @Nullable OffsetDateTime finishedAt, @Nullable String finish,
    @Nullable String stopReason, long bytes, @Nullable Long bytesLimit) {
  private static RunHead of(ResultSet row, int number) throws SQLException {
    return new RunHead(row.getLong("next_seq"), row.getObject("last_at", OffsetDateTime.class),
        row.getObject("finished_at", OffsetDateTime.class), row.getString("finish"), row.getString("stop_reason"),
        row.getLong("bytes"), row.getObject("bytes_limit", Long.class));
  }

  /** Moves a run's head on by one record. */
  static RunHead advance(JdbcClient jdbc, long testRunId, int bytes) {
    return jdbc.sql("""
        update run_head
        set next_seq = next_seq + 1, last_at = greatest(last_at, clock_timestamp()), bytes = bytes + ?
        where test_run_id = ?
        returning next_seq, last_at, finished_at, finish, stop_reason, bytes, bytes_limit""").params(bytes, testRunId)
        .query(RunHead::of).single();
  }

  /** Whether the run can be closed now; by a call that says so also if it only fell silent. */
  boolean canClose(boolean explicit) {
    return finish == null || explicit && fellSilent();
  }

  /** Whether the run seemed over because nobody sent anything. */
  boolean fellSilent() {
    return "idle".equals(finish);
  }

  private boolean isClosed() {
    return "explicit".equals(finish) && finishedAt != null && at.isAfter(finishedAt.plus(MetricLog.GRACE));
  }

  /** Why nothing more is taken; null where something is. */
  @Nullable
  Appended refusal() {
    if (stopReason != null) { return new Appended.Stopped(stopReason); }
    if (isClosed()) { return new Appended.Closed(Objects.requireNonNull(finishedAt).toInstant()); }
    return bytesLimit != null && bytes > bytesLimit ? new Appended.TooMuch(bytesLimit) : null;
  }
}
