package dev.apmexport.store.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.store.WithStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

class RunStatesTest extends WithStore {
  @Autowired
  private RunStates states;
  @Autowired
  private RunExportRepository exports;

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"{\"run_status\":3}|finished", "{\"run_status\":4}|finished",
      "{\"run_status\":5}|aborted", "{\"run_status\":9}|aborted", "{\"run_status\":10}|finished", "{}|finished",
      "{\"run_status\":\"7\"}|aborted", "{\"run_status\":\"soon\"}|finished", "{\"run_status\":null}|finished",
      "{\"run_status\":[1]}|finished", "{\"run_status\":99999999999999}|finished",
      "{\"run_status\":5,\"thresholds\":{\"\\u0000\":{}}}|aborted"})
  void a_run_ends_as_k6_said(String outcome, String end) {
    TestRun run = bareRun();
    states.outcome(run.id(), outcome);
    close(run);

    states.endIfAllDone(run.id());

    assertThat(state(run)).isEqualTo(end);
  }

  @Test
  void a_run_does_not_end_before_it_is_closed_nor_before_its_exports() {
    RunExport export = export();
    long run = export.testRunId();
    states.endIfAllDone(run);
    assertThat(state(run)).isEqualTo("created");

    log.finish(run, true, new byte[0]);
    states.endIfAllDone(run);
    assertThat(state(run)).isEqualTo("finishing");

    states.reconciled(export.id(), takenOver(export), report(1), 1, false);
    states.endIfAllDone(run);
    assertThat(state(run)).isEqualTo("finished");
  }

  @Test
  void the_first_outcome_stands() {
    TestRun run = bareRun();
    states.outcome(run.id(), "{\"run_status\":5}");
    states.outcome(run.id(), "{\"run_status\":3}");
    close(run);

    states.endIfAllDone(run.id());

    assertThat(state(run)).isEqualTo("aborted");
  }

  @Test
  void a_live_status_does_not_change_an_export_that_was_handed_over() {
    RunExport export = export();
    states.status(export.id(), status(ExportStatus.State.PAUSED));
    assertThat(stateOf(export)).isEqualTo("paused");
    states.state(export.id(), ExportStatus.State.RECONCILING);
    states.status(export.id(), status(ExportStatus.State.LIVE));

    assertThat(stateOf(export)).isEqualTo("reconciling");
    assertThat(exports.findById(export.id()).orElseThrow().status()).isEqualTo(status(ExportStatus.State.LIVE));
  }

  @Test
  void an_export_that_gave_up_is_named_as_the_interface_says() {
    RunExport export = export();
    states.reconciled(export.id(), takenOver(export), report(1), 1, true);

    assertThat(stateOf(export)).isEqualTo("gaveUp");
  }

  @Test
  void the_latest_report_is_the_one_of_the_highest_revision() {
    RunExport export = export();
    for (int revision = 1; revision <= 11; revision++) {
      states.reconciled(export.id(), takenOver(export), report(revision), revision, false);
    }

    assertThat(states.latestReports(List.of(export.id()))).containsOnlyKeys(export.id());
    assertThat(states.latestReports(List.of(export.id())).get(export.id())).isEqualTo(report(11));
    assertThat(states.latestReports(List.of())).isEmpty();
    assertThat(states.revisions(export.id())).isEqualTo(11);
  }

  @Test
  void a_pass_that_was_overtaken_can_note_nothing() {
    RunExport export = export();
    long overtaken = takenOver(export);
    long epoch = takenOver(export);

    assertThatThrownBy(() -> states.reconciled(export.id(), overtaken, report(1), 1, false))
        .isInstanceOf(Fenced.class).hasMessageContaining("taken over");
    assertThat(stateOf(export)).isEqualTo("live");
    assertThat(states.revisions(export.id())).isZero();

    states.reconciled(export.id(), epoch, report(1), 1, true);
    assertThat(stateOf(export)).isEqualTo("gaveUp");
    assertThat(states.latestReports(List.of(export.id()))).containsValue(report(1));
  }

  @Test
  void an_export_that_nobody_can_open_is_given_up_with_a_report() {
    RunExport export = export();
    states.unreconcilable(export.id(), report(1), 1);

    assertThat(stateOf(export)).isEqualTo("gaveUp");
    assertThat(states.revisions(export.id())).isEqualTo(1);
  }

  @Test
  void a_report_of_a_range_leaves_the_rest_to_the_exports_own_pass() {
    RunExport export = export();
    log.append(export.testRunId(), push("one"));
    log.finish(export.testRunId(), true, new byte[0]);
    states.reconciled(export.id(), takenOver(export), report(1), 2, false);
    log.append(export.testRunId(), push("late"));

    states.reconciled(export.id(), takenOver(export), report(2), 0, false);

    assertThat(states.unreconciled()).contains(export.id());
    states.reconciled(export.id(), takenOver(export), report(3), 3, false);
    states.reconciled(export.id(), takenOver(export), report(4), 0, false);
    assertThat(states.unreconciled()).doesNotContain(export.id());
  }

  @Test
  void a_late_push_leaves_its_exports_unreconciled() {
    RunExport export = export();
    log.append(export.testRunId(), push("one"));
    log.finish(export.testRunId(), true, new byte[0]);
    states.reconciled(export.id(), takenOver(export), report(1), 2, false);
    assertThat(states.unreconciled()).doesNotContain(export.id());

    log.append(export.testRunId(), push("late"));

    assertThat(states.unreconciled()).contains(export.id());
  }

  @Test
  void a_run_wants_a_live_pass_from_its_first_record_until_an_export_is_handed_over() {
    RunExport export = export();
    assertThat(states.unfinished()).doesNotContain(export.testRunId());
    log.append(export.testRunId(), push("one"));
    assertThat(states.unfinished()).contains(export.testRunId());
    log.finish(export.testRunId(), true, new byte[0]);
    assertThat(states.unfinished()).contains(export.testRunId());

    states.state(export.id(), ExportStatus.State.RECONCILING);

    assertThat(states.unfinished()).doesNotContain(export.testRunId());
  }

  /** Returns the epoch in which the export is held from now on. */
  private long takenOver(RunExport export) {
    return jdbc.sql("""
        insert into export_epoch (export_id, epoch) values (?, 1)
        on conflict (export_id) do update set epoch = export_epoch.epoch + 1 returning epoch""").param(export.id())
        .query(Long.class).single();
  }

  private void close(TestRun run) {
    log.finish(run.id(), true, "{}".getBytes(StandardCharsets.UTF_8));
  }

  private String state(TestRun run) {
    return state(run.id());
  }

  private String state(long run) {
    return jdbc.sql("select state from test_run where id = ?").param(run).query(String.class).single();
  }

  private String stateOf(RunExport export) {
    return exports.findById(export.id()).orElseThrow().state();
  }

  private static ExportStatus status(ExportStatus.State state) {
    return new ExportStatus(state, 3, new ExportStatus.Windows(2, 1, 1), new ExportStatus.Points(5, 0, 3),
        new ExportStatus.Samples(9, 8, 1, 0, 0, Map.of()), 4, "HTTP 401: \0", List.of());
  }

  private static ReconciliationReport report(int revision) {
    return new ReconciliationReport(revision, true, null, 5, 5, 0, 0, 0, 0, List.of());
  }
}
