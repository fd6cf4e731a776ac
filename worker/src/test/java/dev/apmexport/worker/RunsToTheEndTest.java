package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.TestRun;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunsToTheEndTest extends WithWorker {
  @Test
  void a_run_is_exported_while_it_lives_and_reconciled_when_it_ends() {
    TestRun run = run(1);
    push(run, 20, 10);
    await("points while it lives", () -> accepted(run) >= 10);
    assertThat(state(run)).isEqualTo("running");
    push(run, 3, 5);
    finish(run);

    await("finished", () -> state(run).equals("finished"));
    assertThat(export(run).state()).isEqualTo("done");
    ReconciliationReport report = report(run);
    assertThat(report.exact()).as(report.toString()).isTrue();
    assertThat(report.revision()).isEqualTo(1);
    assertThat(report.expected()).isEqualTo(report.asExpected() + report.filled()).isGreaterThan(20);
    assertThat(receiver.requests()).isNotEmpty().allMatch(request -> request.line().startsWith("POST /write"));
    var points = export(run).status().points();
    assertThat(points.accepted()).isGreaterThan(20);
    assertThat(points.pending()).isZero();
    await("its task is gone", () -> jdbc.sql("select count(*) from live_task where task_instance = ?")
        .param(Long.toString(run.id())).query(Integer.class).single() == 0);
  }

  @Test
  void a_run_without_exports_ends_as_well() {
    TestRun run = run(0);
    push(run, 3, 5);
    finish(run);

    await("finished", () -> state(run).equals("finished"));
    assertThat(receiver.requests()).isEmpty();
  }

  @Test
  void a_run_without_a_push_ends_as_well() {
    TestRun run = run(1);
    finish(run);

    await("finished", () -> state(run).equals("finished"));
    assertThat(report(run).exact()).isTrue();
  }

  @Test
  void a_run_whose_finish_found_no_worker_ends_as_well() {
    TestRun run = run(1);
    log.finish(run.id(), true, new byte[]{'{', '}'});

    await("finished", () -> state(run).equals("finished"));
  }

  @Test
  void a_silent_run_ends_by_itself_and_a_push_opens_it_again() {
    TestRun run = run(1);
    push(run, 20, 10);
    await("points", () -> accepted(run) > 0);
    jdbc.sql("update run_head set last_at = last_at - interval '301 seconds' where test_run_id = ?").param(run.id())
        .update();

    await("finished", () -> state(run).equals("finished"));
    assertThat(push(run, 1, 2)).isInstanceOfSatisfying(MetricLog.Appended.Added.class,
        added -> assertThat(added.first()).isTrue());
    await("live again", () -> export(run).state().equals("live"));
    assertThat(state(run)).isEqualTo("running");
    finish(run);
    await("finished again", () -> state(run).equals("finished") && report(run).revision() == 2);
  }

  @Test
  void a_stopped_run_is_exported_as_any_other_and_ends_as_aborted() {
    TestRun run = run(1);
    push(run, 10, 10);
    log.stop(run.id(), "operator", "Wrong target.", "{\"run_status\":6}".getBytes(StandardCharsets.UTF_8), () -> {});

    await("aborted", () -> state(run).equals("aborted"));
    assertThat(report(run).exact()).as(report(run).toString()).isTrue();
    assertThat(report(run).expected()).isGreaterThan(5);
    assertThat(push(run, 1, 2)).isEqualTo(new MetricLog.Appended.Stopped("Wrong target."));
    assertThat(state(run)).isEqualTo("aborted");
  }

  @Test
  void a_late_push_makes_another_revision() {
    TestRun run = run(1);
    push(run, 10, 10);
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    push(run, 1, 2);

    await("revision 2", () -> report(run).revision() == 2 && export(run).state().equals("done"));
    assertThat(state(run)).isEqualTo("finished");
    assertThat(report(run).expected()).isGreaterThan(10);
  }

  @Test
  void a_late_push_that_comes_before_the_last_points_are_sent_does_not_keep_the_run_open() {
    receiver.answer(LoopbackServer.Answer.of(503));
    TestRun run = run(1);
    push(run, 10, 10);
    await("an error", () -> export(run).status() != null && export(run).status().lastError() != null);
    finish(run);
    push(run, 1, 9);
    await("the late push is read",
        () -> jdbc.sql("select count(*) from ledger_step s join export e on e.id = s.export_id "
            + "where e.test_run_id = ?").param(run.id()).query(Integer.class).single() > 0);
    receiver.answer(LoopbackServer.Answer.of(204));

    await("finished", () -> state(run).equals("finished"));
  }

  private ReconciliationReport report(TestRun run) {
    return states().latestReports(List.of(export(run).id())).getOrDefault(export(run).id(),
        new ReconciliationReport(0, false, "none yet", 0, 0, 0, 0, 0, 0, List.of()));
  }
}
