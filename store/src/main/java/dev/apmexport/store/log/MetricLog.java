package dev.apmexport.store.log;

import dev.apmexport.exporter.source.LogRecord.Kind;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The metric log. An append is one transaction that locks the run's head, so numbers have no gap and follow the order
 * of commit; it is durable when it returns.
 */
public final class MetricLog {
  /** How long after an explicit finish a push is still taken. */
  public static final Duration GRACE = Duration.ofSeconds(200);
  /** The most load generators, by their names, that one run takes pushes of. */
  public static final int MAX_GENERATORS = 10_000;
  private static final String NO_PARTITION = "23514";

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public MetricLog(JdbcClient jdbc, PlatformTransactionManager transactions) {
    this.jdbc = jdbc;
    this.transaction = new TransactionTemplate(transactions);
  }

  /**
   * What is to be appended.
   *
   * @param key the same for every try to deliver the same push
   * @param keyFor how long the key stands for this push; a body's hash stands for less than a sender's own key
   */
  public record Entry(Kind kind, String instance, String key, Duration keyFor, long firstBucket, long lastBucket,
      byte[] payload) {}

  /** What became of an append. */
  public sealed interface Appended {
    /** It is in the log, {@code first} of its run or the first after the run seemed over. */
    record Added(long seq, boolean first) implements Appended {}

    /** It was in the log already. */
    record Repeated(long seq) implements Appended {}

    /** The run is over. */
    record Closed(Instant finishedAt) implements Appended {}

    /** The run was stopped, and takes nothing any more. */
    record Stopped(String reason) implements Appended {}

    /** With it the run would have more bytes than it may; it was not taken. */
    record TooMuch(long limit) implements Appended {}

    /** It would be the first of one load generator more than a run takes; it was not taken. */
    record TooMany() implements Appended {}
  }

  /** Appends samples. */
  public Appended append(long testRunId, Entry entry) {
    Appended appended = appendOrRollBack(testRunId, entry);
    if (appended instanceof Appended.Stopped) { // whose sender is not silent yet
      jdbc.sql("update run_head set last_at = greatest(last_at, clock_timestamp()) where test_run_id = ?")
          .param(testRunId).update();
    }
    return appended;
  }

  private Appended appendOrRollBack(long testRunId, Entry entry) {
    return withPartition(() -> transaction.execute(status -> {
      RunHead head = RunHead.advance(jdbc, testRunId, entry.payload.length);
      Appended refusal = head.refusal();
      if (refusal != null) {
        status.setRollbackOnly();
        return refusal instanceof Appended.Stopped ? refusal
            : seqOf(testRunId, entry).<Appended>map(Appended.Repeated::new).orElse(refusal);
      }
      if (!claim(testRunId, entry, head.seq())) {
        status.setRollbackOnly();
        return new Appended.Repeated(seqOf(testRunId, entry).orElseThrow());
      }
      if (!count(testRunId, entry, head)) {
        status.setRollbackOnly();
        return new Appended.TooMany();
      }
      insert(testRunId, entry, head);
      boolean reopened = head.fellSilent() && reopen(testRunId);
      return new Appended.Added(head.seq(), head.seq() == 1 || reopened);
    }));
  }

  /**
   * Closes the run. Only the first explicit finish counts, and none of a run that fell silent and is over since; an
   * idle one counts unless there was any before.
   *
   * @return whether this call closed it
   */
  public boolean finish(long testRunId, boolean explicit, byte[] body) {
    return withPartition(() -> transaction.execute(status -> {
      RunHead head = RunHead.advance(jdbc, testRunId, 0);
      boolean closed = head.canClose(explicit) && close(testRunId, head, explicit, body);
      if (!closed) {
        status.setRollbackOnly();
      }
      return closed;
    }));
  }

  /**
   * Closes the run for good, unless it was finished or stopped before; one that only fell silent can still be stopped
   * until it is over.
   *
   * @param by who stops it, in a word
   * @param body the run's outcome
   * @param noted done in the same transaction, where this call closes it
   * @return whether this call closed it
   */
  public boolean stop(long testRunId, String by, String reason, byte[] body, Runnable noted) {
    return withPartition(() -> transaction.execute(status -> {
      RunHead head = RunHead.advance(jdbc, testRunId, 0);
      if (!head.canClose(true) || !close(testRunId, head, true, body)) {
        status.setRollbackOnly();
        return false;
      }
      jdbc.sql("update run_head set stopped_by = ?, stop_reason = ? where test_run_id = ?")
          .params(by, reason, testRunId)
          .update();
      jdbc.sql("update test_run set outcome = ? where id = ?")
          .params(new String(body, StandardCharsets.UTF_8), testRunId).update();
      noted.run();
      return true;
    }));
  }

  /** Returns false, with the transaction to be rolled back, if the run is over. */
  private boolean close(long testRunId, RunHead head, boolean explicit, byte[] body) {
    insert(testRunId, new Entry(Kind.FINISH, "", "", Duration.ZERO, Long.MAX_VALUE, Long.MIN_VALUE, body), head);
    jdbc.sql("update run_head set finished_at = last_at, finish = ? where test_run_id = ?")
        .params(explicit ? "explicit" : "idle", testRunId).update();
    return jdbc
        .sql("update test_run set state = 'finishing' where id = ? and state not in ('finished', 'aborted')")
        .param(testRunId).update() == 1;
  }

  public PostgresRunFeed feed(long testRunId, Instant createdAt) {
    return new PostgresRunFeed(jdbc, testRunId, createdAt);
  }

  /** Takes the key for this push; false if it stands for an earlier one. */
  private boolean claim(long testRunId, Entry entry, long seq) {
    return jdbc.sql("""
        insert into push_key (test_run_id, instance, key, seq) values (?, ?, ?, ?)
        on conflict (test_run_id, instance, key) do update set seq = excluded.seq, created_at = now()
          where push_key.created_at < now() - ? * interval '1 second'""")
        .params(testRunId, entry.instance, entry.key, seq, entry.keyFor.toSeconds()).update() == 1;
  }

  private Optional<Long> seqOf(long testRunId, Entry entry) {
    return jdbc.sql("select seq from push_key where test_run_id = ? and instance = ? and key = ?")
        .params(testRunId, entry.instance, entry.key).query(Long.class).optional();
  }

  /** Counts a push of its load generator; false if it is the first of one too many. */
  private boolean count(long testRunId, Entry entry, RunHead head) {
    return jdbc.sql("""
        insert into load_generator (test_run_id, instance, pushes, last_at)
        select :run, :instance, 1, :at
        where exists (select from load_generator where test_run_id = :run and instance = :instance)
          or (select count(*) from load_generator where test_run_id = :run) < :most
        on conflict (test_run_id, instance) do update
          set pushes = load_generator.pushes + 1, last_at = excluded.last_at""").param("run", testRunId)
        .param("instance", entry.instance).param("at", head.at()).param("most", MAX_GENERATORS).update() == 1;
  }

  private void insert(long testRunId, Entry entry, RunHead head) {
    jdbc.sql("""
        insert into metric_log (test_run_id, seq, received_at, kind, instance, first_bucket, last_bucket, payload)
        values (?, ?, ?, ?, ?, ?, ?, ?)""")
        .params(testRunId, head.seq(), head.at(), entry.kind.number(), entry.instance, entry.firstBucket,
            entry.lastBucket,
            entry.payload)
        .update();
  }

  private boolean reopen(long testRunId) {
    jdbc.sql("update run_head set finished_at = null, finish = null where test_run_id = ?").param(testRunId).update();
    jdbc.sql("update test_run set state = 'running' where id = ?").param(testRunId).update();
    return true;
  }

  /** Partitions are made ahead; where nobody has done so, the append that needs one makes it. */
  private <T> T withPartition(Supplier<@Nullable T> append) {
    try {
      return Objects.requireNonNull(append.get());
    } catch (DataAccessException e) {
      if (!(e.getMostSpecificCause() instanceof SQLException cause) || !NO_PARTITION.equals(cause.getSQLState())) {
        throw e;
      }
      makePartitions();
      return Objects.requireNonNull(append.get());
    }
  }

  /** Makes the partitions from the last hour to a day ahead. */
  public void makePartitions() {
    jdbc.sql("select ensure_metric_log_partition(now() + h * interval '1 hour') from generate_series(-1, 24) h")
        .query().listOfRows();
  }
}
