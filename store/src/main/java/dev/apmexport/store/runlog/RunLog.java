package dev.apmexport.store.runlog;

import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.secret.SecretStore;
import dev.apmexport.store.tenant.ApiToken;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The newest log lines of each run, without secrets. It is for a look at what k6 has to complain of, not an archive: a run keeps
 * {@value #MOST_LINES} lines and {@value #MOST_BYTES} bytes of them, which is some pages of reading, and a tenant with a thousand runs
 * stays within a gigabyte.
 */
public final class RunLog {
  public static final int MOST_LINES = 1_000;
  static final int MOST_BYTES = 1 << 20;
  /** k6 sends a push again within some seconds of the first try. */
  private static final Duration REPEATED_WITHIN = Duration.ofMinutes(5);

  private final JdbcClient jdbc;
  private final LinesWithoutSecrets secrets;
  private final TransactionTemplate transaction;

  public RunLog(JdbcClient jdbc, SecretStore secrets, PlatformTransactionManager transactions) {
    this.jdbc = jdbc;
    this.secrets = new LinesWithoutSecrets(new RunSecrets(jdbc, secrets));
    this.transaction = new TransactionTemplate(transactions);
  }

  /** A stored line; {@code id} is its place in the order of arrival. */
  public record Kept(long id, LogLine line) {}

  /** The lines there are, in the order of their times, and how many more there were. */
  public record Excerpt(List<Kept> lines, long dropped) {}

  /**
   * Adds a push of lines, unless the same was added some minutes ago.
   *
   * @param tokens with which it was sent, which no line may show either
   * @return when the run was closed, if that is too long ago for anything to be added; else empty
   */
  public Optional<Instant> append(TestRun run, LogPush push, Set<String> tokens) {
    Optional<Instant> before = closedAt(run.id());
    if (before.isPresent() || isKnown(run.id(), push.body())) { return before; } // spares the look at its lines
    List<LogLine> newest = fitting(push.newest());
    List<LogLine> shown = secrets.outOf(newest, run, tokens);
    return Objects.requireNonNull(transaction.execute(_ -> {
      Optional<Instant> closed = closedAt(run.id());
      if (closed.isEmpty() && isNew(run.id(), push.body())) {
        insert(run.id(), shown);
        drop(run.id(), push.leftOut() + push.newest().size() - newest.size());
      }
      return closed;
    }));
  }

  /** What k6 says of a run elsewhere than in its log lines, as short and as free of secrets as these. */
  public String withoutSecrets(TestRun run, String text, Set<String> tokens) {
    return secrets.outOf(text, run, tokens);
  }

  /** The newest, of which so many bytes are looked at as a run keeps: lines that share long labels are longer than their push. */
  private static List<LogLine> fitting(List<LogLine> lines) {
    int from = lines.size();
    for (long bytes = 0; from > 0; from--) {
      bytes += LinesWithoutSecrets.bytesLookedAt(lines.get(from - 1));
      if (bytes > MOST_BYTES) {
        break;
      }
    }
    return lines.subList(from, lines.size());
  }

  private Optional<Instant> closedAt(long testRunId) {
    return jdbc.sql("""
        select finished_at from run_head where test_run_id = ? and finish = 'explicit'
          and clock_timestamp() > finished_at + ? * interval '1 second'""")
        .params(testRunId, MetricLog.GRACE.toSeconds())
        .query((row, n) -> row.getObject(1, OffsetDateTime.class).toInstant()).optional();
  }

  private boolean isKnown(long testRunId, byte[] body) {
    return jdbc.sql("""
        select exists (select from run_log_push where test_run_id = ? and sha256 = ?
          and received_at >= now() - ? * interval '1 second')""")
        .params(testRunId, ApiToken.digest(body), REPEATED_WITHIN.toSeconds()).query(Boolean.class).single();
  }

  /** Locks the run's lines; the pushes that are too old to be repeated are forgotten. */
  private boolean isNew(long testRunId, byte[] body) {
    jdbc.sql("insert into run_log_head (test_run_id) values (?) on conflict (test_run_id) do update set dropped = "
        + "run_log_head.dropped").param(testRunId).update();
    jdbc.sql("delete from run_log_push where test_run_id = ? and received_at < now() - ? * interval '1 second'")
        .params(testRunId, REPEATED_WITHIN.toSeconds()).update();
    return jdbc.sql("insert into run_log_push (test_run_id, sha256) values (?, ?) on conflict do nothing")
        .params(testRunId, ApiToken.digest(body)).update() == 1;
  }

  private void insert(long testRunId, List<LogLine> lines) {
    jdbc.sql("""
        insert into run_log (test_run_id, at_nanos, level, source, message)
        select ?, line.* from unnest(?::bigint[], ?::text[], ?::text[], ?::text[]) as line""")
        .params(testRunId, lines.stream().map(LogLine::atNanos).toArray(Long[]::new), texts(lines, LogLine::level),
            texts(lines, LogLine::source), texts(lines, LogLine::message))
        .update();
  }

  private static String[] texts(List<LogLine> lines, Function<LogLine, @Nullable String> field) {
    return lines.stream().map(field).toArray(String[]::new);
  }

  /** Lets the oldest lines go that are too many, and counts them and those that were not even added. */
  private void drop(long testRunId, long notAdded) {
    int gone = jdbc.sql("""
        delete from run_log where id in (select id from (
          select id, row_number() over newer as lines, sum(octet_length(message)) over newer as bytes
          from run_log where test_run_id = ? window newer as (order by id desc)) counted
          where lines > ? or bytes > ?)""").params(testRunId, MOST_LINES, MOST_BYTES).update();
    jdbc.sql("update run_log_head set dropped = dropped + ? where test_run_id = ?").params(gone + notAdded, testRunId)
        .update();
  }

  /** The newest lines of a run, of those that came after another; null for all. */
  public Excerpt read(long testRunId, @Nullable Long after, int most) {
    List<Kept> lines = jdbc.sql("""
        select id, at_nanos, level, source, message from run_log where test_run_id = ? and id > ?
        order by id desc limit ?""").params(testRunId, after == null ? 0 : after, most)
        .query((row, n) -> new Kept(row.getLong(1),
            new LogLine(row.getLong(2), row.getString(3), row.getString(4), row.getString(5))))
        .list();
    long dropped = jdbc.sql("select dropped from run_log_head where test_run_id = ?").param(testRunId)
        .query(Long.class).optional().orElse(0L);
    return new Excerpt(lines.stream().sorted(
        Comparator.<Kept>comparingLong(kept -> kept.line.atNanos()).thenComparingLong(Kept::id)).toList(), dropped);
  }
}
