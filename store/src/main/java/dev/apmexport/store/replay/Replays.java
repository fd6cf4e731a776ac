package dev.apmexport.store.replay;

import dev.apmexport.store.audit.Act;
import dev.apmexport.store.audit.AuditLog;
import dev.apmexport.store.run.ReplayExports;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Asking for replays, seeing how far they are, and cancelling them. Workers see for themselves what is queued. */
public final class Replays {
  private final JdbcClient jdbc;
  private final ReplayExports exports;
  private final AuditLog audit;
  private final ReplayStates states;
  private final TransactionTemplate transaction;

  public Replays(JdbcClient jdbc, ReplayExports exports, AuditLog audit, PlatformTransactionManager transactions) {
    this.jdbc = jdbc;
    this.exports = exports;
    this.audit = audit;
    this.states = new ReplayStates(jdbc, transactions);
    this.transaction = new TransactionTemplate(transactions);
  }

  /**
   * Queues a replay.
   *
   * @param tenant whose run it is
   * @throws ReplayRefused if it cannot be, with why
   */
  public RunReplay create(Tenant tenant, TestRun run, ReplayRequest wanted, Act act) {
    return Objects.requireNonNull(transaction.execute(_ -> {
      ReplayChecks checks = new ReplayChecks(jdbc, run);
      checks.lock();
      checks.mayBeReplayed(tenant);
      List<PlannedPart> parts = PlannedPart.of(exports, run, wanted);
      checks.hasRoom(parts);
      long id = insert(run, wanted, act);
      parts.forEach(part -> jdbc
          .sql("insert into replay_part (replay_id, test_run_id, index, export_id) values (?, ?, ?, ?)")
          .params(id, run.id(), part.index(), part.export(exports, run, id).id()).update());
      audit.add(act, run.tenant(), "replay.create", subject(id, run, wanted, parts));
      return find(id).orElseThrow();
    }));
  }

  private long insert(TestRun run, ReplayRequest wanted, Act act) {
    return jdbc.sql("""
        insert into replay (tenant_id, test_run_id, mode, dry_run, elsewhere, from_millis, to_millis, created_by)
        values (:tenant, :run, :mode, :dry, :elsewhere, :from, :to, :by) returning id""")
        .param("tenant", run.tenant().value()).param("run", run.id()).param("mode", wanted.mode().toString())
        .param("dry", wanted.dryRun()).param("elsewhere", wanted.destination() != null)
        .param("from", wanted.fromMillis()).param("to", wanted.toMillis()).param("by", act.by()).query(Long.class)
        .single();
  }

  private static String subject(long id, TestRun run, ReplayRequest wanted, List<PlannedPart> parts) {
    return "replay " + id + " of run " + run.id() + ": " + (wanted.dryRun() ? "dry run, " : "") + wanted.mode()
        + ", exports " + parts.stream().map(PlannedPart::index).toList()
        + (wanted.isWhole() ? "" : ", a range of it")
        + (wanted.destination() == null ? "" : ", to " + parts.getFirst().destination());
  }

  /** A replay that is there, whose ever it is. */
  public Optional<RunReplay> find(long id) {
    return withParts(jdbc.sql("select * from replay where id = ?").param(id).query(RunReplay::of).list()).stream()
        .findFirst();
  }

  /**
   * The newest first, of those older than {@code before}.
   *
   * @param tenant whose; null for all
   * @param testRunId of which run; null for all
   */
  public List<RunReplay> page(@Nullable TenantId tenant, @Nullable Long testRunId, long before, int most) {
    return withParts(jdbc.sql("""
        select * from replay where id < :before and (cast(:tenant as bigint) is null or tenant_id = :tenant)
          and (cast(:run as bigint) is null or test_run_id = :run) order by id desc limit :most""")
        .param("before", before).param("tenant", tenant == null ? null : tenant.value()).param("run", testRunId)
        .param("most", most).query(RunReplay::of).list());
  }

  private List<RunReplay> withParts(List<RunReplay> replays) {
    if (replays.isEmpty()) { return replays; }
    Map<Long, List<ReplayPart>> parts = jdbc.sql("select " + ReplayPart.COLUMNS
        + " from replay_part p join export e on e.id = p.export_id where p.replay_id in (:ids) order by p.index")
        .param("ids", replays.stream().map(RunReplay::id).toList()).query(ReplayPart::of).list().stream()
        .collect(Collectors.groupingBy(ReplayPart::replayId));
    return replays.stream().map(replay -> replay.with(parts.getOrDefault(replay.id(), List.of()))).toList();
  }

  /** Stops it: at once what waits, within seconds what runs. What is over stays as it is. */
  public RunReplay cancel(RunReplay replay, Act act) {
    return Objects.requireNonNull(transaction.execute(_ -> {
      if (!replay.state().isOver() && askToStop(replay)) {
        audit.add(act, replay.tenant(), "replay.cancel", "replay " + replay.id() + " of run " + replay.testRunId());
      }
      return find(replay.id()).orElseThrow();
    }));
  }

  private boolean askToStop(RunReplay replay) {
    jdbc.sql("select id from replay_part where replay_id = ? and state = 'queued'").param(replay.id())
        .query(Long.class).list().forEach(part -> states.end(part, ReplayPart.State.CANCELLED, null));
    return jdbc.sql("update replay set cancelled = true where id = ? and not cancelled").param(replay.id())
        .update() > 0;
  }
}
