package dev.apmexport.store.run;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** What workers note about runs and exports. Every change is one statement, so that none can undo another's. */
public final class RunStates {
  private static final JsonMapper JSON = JsonMapper.shared();
  /** k6's run_status: 3 at the end, from 5 to 9 where a run did not come to it. */
  private static final int FINISHED = 3;
  private static final int USER_ABORT = 5;
  private static final int LIMIT_ABORT = 9;

  private final JdbcClient jdbc;

  public RunStates(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  public void running(long testRunId) {
    jdbc.sql("update test_run set state = 'running' where id = ? and state = 'created'").param(testRunId).update();
  }

  /** Notes what k6 said when it closed the run. */
  public void outcome(long testRunId, String json) {
    jdbc.sql("update test_run set outcome = ? where id = ? and outcome is null").params(json, testRunId).update();
  }

  public void status(long exportId, ExportStatus status) {
    jdbc.sql(
        "update export set status = ?, state = case when state in ('live', 'behind', 'paused') then ? else state end "
            + "where id = ?")
        .params(JSON.writeValueAsString(status), name(status.state()), exportId).update();
  }

  public void state(long exportId, ExportStatus.State state) {
    jdbc.sql("update export set state = ? where id = ?").params(name(state), exportId).update();
  }

  /**
   * Notes what a second pass found, up to a record of the log.
   *
   * @param epoch in which the export is held; throws {@link Fenced} if it was taken over since
   */
  public void reconciled(long exportId, long epoch, ReconciliationReport report, long throughSeq, boolean gaveUp) {
    int noted = jdbc.sql("""
        with held as (select 1 from export_epoch where export_id = :export and epoch = :epoch for share),
          told as (insert into reconciliation (export_id, revision, report) select :export, :revision, :report from held
            on conflict do nothing)
        update export set state = :state, reconciled_seq = greatest(reconciled_seq, :through)
        where id = :export and exists (select from held)""").param("export", exportId).param("epoch", epoch)
        .param("revision", report.revision()).param("report", JSON.writeValueAsString(report))
        .param("state", gaveUp ? "gaveUp" : "done").param("through", throughSeq).update();
    if (noted == 0) {
      throw new Fenced("Export " + exportId + " was taken over by another worker; epoch " + epoch + " is over.");
    }
  }

  /** Notes why no second pass can be made of an export, which nobody can open. */
  public void unreconcilable(long exportId, ReconciliationReport report, long throughSeq) {
    jdbc.sql("insert into reconciliation (export_id, revision, report) values (?, ?, ?) on conflict do nothing")
        .params(exportId, report.revision(), JSON.writeValueAsString(report)).update();
    jdbc.sql("update export set state = 'gaveUp', reconciled_seq = ? where id = ?").params(throughSeq, exportId)
        .update();
  }

  /** Whether a second pass of the export is under way or asked for. */
  public boolean isBeingReconciled(long exportId) {
    return jdbc.sql("select exists (select 1 from pass_task where task_name = 'second-pass' and task_instance = ?)")
        .param(Long.toString(exportId)).query(Boolean.class).single();
  }

  /** Notes that all is sent of an export that wants no second pass. */
  public void exported(long exportId, boolean gaveUp) {
    jdbc.sql("""
        update export set state = ?, reconciled_seq = (select next_seq from run_head where test_run_id = export.test_run_id)
        where id = ?""").params(gaveUp ? "gaveUp" : "done", exportId).update();
  }

  /** Ends the run if it was closed and every export of it has come to its end. */
  public void endIfAllDone(long testRunId) {
    jdbc.sql("""
        update test_run set state = ? where id = ? and state = 'finishing'
          and not exists (select 1 from export where test_run_id = test_run.id
            and replay_id is null and state not in ('disabled', 'done', 'gaveUp'))""")
        .params(isAborted(testRunId) ? "aborted" : "finished", testRunId).update();
  }

  private boolean isAborted(long testRunId) {
    return isAborted(jdbc.sql("select outcome from test_run where id = ? and outcome is not null").param(testRunId)
        .query(String.class).optional().orElse(null));
  }

  /**
   * Whether a run that is closed did not come to its end. Read here and not by the database, which refuses some of what
   * JSON may hold.
   *
   * @param outcome what was said when it was closed; null if nothing was
   */
  public static boolean isAborted(@Nullable String outcome) {
    int status = outcome == null ? FINISHED : JSON.readTree(outcome).path("run_status").asInt(FINISHED);
    return status >= USER_ABORT && status <= LIMIT_ABORT;
  }

  /** When the run was closed, if it is. */
  public Optional<Instant> finishedAt(long testRunId) {
    return jdbc.sql("select finished_at from run_head where test_run_id = ? and finished_at is not null")
        .param(testRunId)
        .query((row, n) -> row.getObject(1, OffsetDateTime.class).toInstant()).optional();
  }

  /** The highest number that a second pass of the export has had, or a difference that was cancelled; 0 for none. */
  public int revisions(long exportId) {
    return jdbc.sql("select last_revision(?)").param(exportId).query(Integer.class).single();
  }

  /** The latest report of each of these exports. */
  public Map<Long, ReconciliationReport> latestReports(List<Long> exportIds) {
    Map<Long, ReconciliationReport> reports = new HashMap<>();
    if (!exportIds.isEmpty()) {
      jdbc.sql("select distinct on (export_id) export_id, report from reconciliation where export_id in (:ids) "
          + "order by export_id, revision desc").param("ids", exportIds)
          .query(row -> {
            reports.put(row.getLong(1), JSON.readValue(row.getString(2), ReconciliationReport.class));
          });
    }
    return reports;
  }

  /**
   * Exports whose run was closed and whose last second pass has not seen all of the log, or was begun and not ended.
   */
  public List<Long> unreconciled() {
    return new ArrayList<>(jdbc.sql("""
        select e.id from export e join run_head h on h.test_run_id = e.test_run_id
        where h.finish is not null and e.replay_id is null
          and (e.state = 'reconciling' or e.reconcile and e.state in ('done', 'gaveUp') and e.reconciled_seq < h.next_seq)
          and not exists (select 1 from pass_task t
            where t.task_name = 'second-pass' and t.task_instance = e.id::text)
          and not exists (select 1 from replay_part p join replay r on r.id = p.replay_id
            where p.export_id = e.id and p.state = 'running' and not r.dry_run)""")
        .query(Long.class).list());
  }

  /** Runs that have data and are not over; a closed one as long as no export of it was handed to its second pass. */
  public List<Long> unfinished() {
    return jdbc.sql("""
        select r.id from test_run r join run_head h on h.test_run_id = r.id
        where h.next_seq > 0 and (r.state in ('created', 'running') or r.state = 'finishing' and not exists (
          select 1 from export e where e.test_run_id = r.id and e.replay_id is null
            and e.state in ('reconciling', 'done', 'gaveUp')))""")
        .query(Long.class).list();
  }

  static String name(ExportStatus.State state) {
    return state == ExportStatus.State.GAVE_UP ? "gaveUp" : state.name().toLowerCase(Locale.ROOT);
  }
}
