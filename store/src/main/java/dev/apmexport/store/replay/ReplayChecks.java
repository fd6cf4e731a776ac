package dev.apmexport.store.replay;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.Tenant;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What must hold for a run to be replayed. */
final class ReplayChecks {
  /** Replays of one tenant that wait or run. */
  private static final int MOST_AT_ONCE = 2;

  private final JdbcClient jdbc;
  private final TestRun run;

  ReplayChecks(JdbcClient jdbc, TestRun run) {
    this.jdbc = jdbc;
    this.run = run;
  }

  /** Two requests of a tenant do not overlook each other: the second waits for the first. */
  void lock() {
    jdbc.sql("select pg_advisory_xact_lock(hashtextextended('replay', ?))").param(run.tenant().value())
        .query((_, _) -> true).single();
  }

  void mayBeReplayed(Tenant tenant) {
    Optional<Problem> plan = tenant.againstExports("testRunId");
    if (plan.isPresent()) { throw ReplayRefused.wrong(List.of(plan.get())); }
    if (!isOver()) {
      throw ReplayRefused
          .notNow("Run " + run.id() + " is " + run.state() + " and can be replayed when it has ended and "
              + "every export of it is done; see GET /api/v1/test-runs/" + run.id() + ".");
    }
    droppedAt(jdbc, run.id()).ifPresent(at -> {
      throw ReplayRefused.gone(gone(run.id(), at));
    });
    if (!hasLog(jdbc, run)) {
      throw ReplayRefused
          .gone("Run " + run.id() + " has no data in the metric log: none came, or its log is no longer kept. "
              + "There is nothing to replay.");
    }
  }

  private boolean isOver() {
    return run.isOver() || jdbc.sql("""
        select h.finish is not null and not exists (select 1 from export e where e.test_run_id = h.test_run_id
          and e.replay_id is null and e.state not in ('disabled', 'done', 'gaveUp'))
        from run_head h where h.test_run_id = ?""").param(run.id()).query(Boolean.class).single();
  }

  /** When the log of a run was dropped, if it was. */
  static Optional<Instant> droppedAt(JdbcClient jdbc, long testRunId) {
    return jdbc.sql("select log_dropped_at from test_run where id = ? and log_dropped_at is not null").param(testRunId)
        .query((row, _) -> Objects.requireNonNull(ReplayPart.instant(row, "log_dropped_at"))).optional();
  }

  static String gone(long testRunId, Instant at) {
    return "The log of run " + testRunId + ", or the beginning of it, was dropped at "
        + at.truncatedTo(ChronoUnit.SECONDS)
        + " because of its age, so its points cannot be computed again. Runs to come can be kept for longer with "
        + "APM_WORKER_KEEPLOG.";
  }

  /** Whether the first record is there, which is the first to be dropped. */
  private static boolean hasLog(JdbcClient jdbc, TestRun run) {
    return jdbc.sql("select exists (select 1 from metric_log where test_run_id = ? and seq = 1)").param(run.id())
        .query(Boolean.class).single();
  }

  void hasRoom(List<PlannedPart> parts) {
    jdbc.sql("select replay_id from replay_part where test_run_id = :run and index in (:indices) "
        + "and state in ('queued', 'running')").param("run", run.id())
        .param("indices", parts.stream().map(PlannedPart::index).toList()).query(Long.class).list().stream().findFirst()
        .ifPresent(other -> {
          throw ReplayRefused
              .notNow("Replay " + other + " of the same export is not over; wait for its end, or cancel it "
                  + "with POST /api/v1/replays/" + other + "/cancel.");
        });
    List<Long> open = jdbc.sql("""
        select distinct p.replay_id from replay_part p join replay r on r.id = p.replay_id
        where r.tenant_id = ? and p.state in ('queued', 'running') order by 1""").param(run.tenant().value())
        .query(Long.class).list();
    if (open.size() >= MOST_AT_ONCE) {
      throw ReplayRefused.notNow("A tenant may have " + MOST_AT_ONCE + " replays at a time, and " + open.stream()
          .map(String::valueOf).collect(Collectors.joining(" and "))
          + " are not over; wait for an end, or cancel one with "
          + "POST /api/v1/replays/<id>/cancel.");
    }
  }
}
