package dev.apmexport.store.replay;

import dev.apmexport.exporter.reconcile.ReconciliationReport;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** What workers note about replays. */
public final class ReplayStates {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public ReplayStates(JdbcClient jdbc, PlatformTransactionManager transactions) {
    this.jdbc = jdbc;
    this.transaction = new TransactionTemplate(transactions);
  }

  /** Parts that are not over and have no task. */
  public List<Long> due() {
    return jdbc.sql("""
        select p.id from replay_part p where p.state in ('queued', 'running') and not exists (
          select 1 from replay_task t where t.task_name = 'replay' and t.task_instance = p.id::text)""")
        .query(Long.class).list();
  }

  public Optional<ReplayPart> part(long id) {
    return jdbc.sql("select " + ReplayPart.COLUMNS + " from replay_part p join export e on e.id = p.export_id "
        + "where p.id = ?").param(id).query(ReplayPart::of).optional();
  }

  /** Whether its replay was asked to stop. */
  public boolean isCancelled(long partId) {
    return jdbc.sql("select r.cancelled from replay r join replay_part p on p.replay_id = r.id where p.id = ?")
        .param(partId).query(Boolean.class).single();
  }

  /** Why the run can no longer be gone over, if that is so. */
  public Optional<String> gone(long testRunId) {
    return ReplayChecks.droppedAt(jdbc, testRunId).map(at -> ReplayChecks.gone(testRunId, at));
  }

  /**
   * Notes that a worker has begun, or goes on; returns the last record that the log had when the part was begun, nothing
   * if the part is over.
   */
  public Optional<Long> start(long partId) {
    return jdbc.sql("""
        update replay_part p set state = 'running', started_at = coalesce(started_at, now()),
          through_seq = coalesce(through_seq, (select next_seq from run_head h where h.test_run_id = p.test_run_id)),
          revision = coalesce(revision, last_revision(p.export_id) + 1)
        where id = ? and state in ('queued', 'running') returning through_seq""").param(partId).query(Long.class)
        .optional();
  }

  /** The number of the pass that a part which was begun makes, the same whoever goes on with it. */
  public int revision(long partId) {
    return jdbc.sql("select revision from replay_part where id = ?").param(partId).query(Integer.class).single();
  }

  public void progress(long partId, ReplayProgress progress) {
    jdbc.sql("update replay_part set progress = ? where id = ?").params(JSON.writeValueAsString(progress), partId)
        .update();
  }

  public void report(long partId, ReconciliationReport report) {
    jdbc.sql("update replay_part set report = ? where id = ?").params(JSON.writeValueAsString(report), partId).update();
  }

  public void survey(long partId, ReplaySurvey survey) {
    jdbc.sql("update replay_part set survey = ? where id = ?").params(JSON.writeValueAsString(survey), partId).update();
  }

  /**
   * Ends a part. The secrets of an export that was made for it stay as long as the run's, unless nobody can go on with
   * it.
   *
   * @param error why it failed, if it did
   */
  public void end(long partId, ReplayPart.State state, @Nullable String error) {
    transaction.executeWithoutResult(_ -> {
      jdbc.sql("""
          update replay_part set state = :state, error = :error, ended_at = now()
          where id = :id and state in ('queued', 'running')""")
          .param("state", state.toString()).param("error", error).param("id", partId).update();
      jdbc.sql("""
          delete from secret where owner in (select 'export/' || e.id
            from replay_part p join replay r on r.id = p.replay_id join test_run t on t.id = p.test_run_id
              join export e on e.id = p.export_id
            where p.id = ? and e.replay_id is not null and (t.secrets <> 'keep'
              or e.replay_id = p.replay_id and (r.dry_run or p.state in ('cancelled', 'failed'))))""")
          .param(partId).update();
    });
  }
}
