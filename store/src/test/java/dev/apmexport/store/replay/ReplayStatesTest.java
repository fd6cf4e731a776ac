package dev.apmexport.store.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.audit.Act;
import dev.apmexport.store.audit.AuditLog;
import dev.apmexport.store.ledger.LedgerWriter;
import dev.apmexport.store.ledger.PostgresLedger;
import dev.apmexport.store.log.LogRetention;
import dev.apmexport.store.replay.ReplayPart.State;
import dev.apmexport.store.replay.ReplayRequest.Mode;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.secret.SecretRetention;
import dev.apmexport.store.tenant.ApiToken;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class ReplayStatesTest extends WithStore {
  private static final String BLOCK = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/write\","
      + "\"credentials\":{\"token\":\"canary\"}}";
  private static final Act ACT = new Act(7, ApiToken.Scope.OPERATOR, "a test");

  @Autowired
  private Replays replays;
  @Autowired
  private ReplayStates notes;
  @Autowired
  private RunStates states;
  @Autowired
  private RunExportRepository exports;
  @Autowired
  private SecretRetention retention;
  @Autowired
  private LedgerWriter writer;
  @Autowired
  private AuditLog audit;
  private Runs.Created run;

  @BeforeEach
  void an_ended_run() {
    run = run(BLOCK);
    long id = run.run().id();
    log.append(id, push("one"));
    log.finish(id, true, new byte[0]);
    jdbc.sql("update export set state = 'done', reconciled_seq = 2 where test_run_id = ?").param(id).update();
    jdbc.sql("update test_run set state = 'finished' where id = ?").param(id).update();
  }

  private RunReplay ask(Mode mode, boolean dryRun) {
    return replays.create(tenants.findById(run.run().tenant().value()).orElseThrow(), run.run(),
        new ReplayRequest(mode, null, null, null, null, dryRun), ACT);
  }

  @Test
  void before_a_replays_export_come_the_runs_own_and_those_of_replays_that_may_have_sent_something_else() {
    RunReplay first = begun(Mode.EVERYTHING, false);
    RunReplay dry = begun(Mode.EVERYTHING, true);
    long own = run.exports().getFirst().id();
    RunReplay last = ask(Mode.EVERYTHING, false);
    long head = notes.start(part(last)).orElseThrow();

    assertThat(before(last, head)).as("by the same block over the same log").containsExactly(own);
    jdbc.sql("update replay_part set through_seq = through_seq - 1 where id = ?").param(part(first)).update();
    assertThat(before(last, head)).containsExactly(own, export(first));
    jdbc.sql("update replay_part set through_seq = through_seq + 1 where id = ?").param(part(first)).update();
    jdbc.sql("update export set config = '{}' where id = ?").param(export(first)).update();
    assertThat(before(last, head)).containsExactly(own, export(first));
    assertThat(before(first, head)).containsExactly(own);
    assertThat(export(dry)).isNotEqualTo(export(first));
  }

  /** One that has begun, and has left room for the next. */
  private RunReplay begun(Mode mode, boolean dryRun) {
    RunReplay replay = ask(mode, dryRun);
    notes.start(part(replay));
    jdbc.sql("update replay_part set state = 'done' where id = ?").param(part(replay)).update();
    return replay;
  }

  private static long export(RunReplay replay) {
    return replay.parts().getFirst().exportId();
  }

  private List<Long> before(RunReplay replay, long head) {
    return exports.before(export(replay), head).stream().map(RunExport::id).toList();
  }

  @Test
  void a_survey_of_an_earlier_version_is_still_read() {
    long part = part(ask(Mode.EVERYTHING, true));
    jdbc.sql("update replay_part set survey = '{\"steps\":1,\"points\":2,\"series\":1,\"from\":null,\"to\":null}' "
        + "where id = ?").param(part).update();
    assertThat(notes.part(part).orElseThrow().survey()).isEqualTo(new ReplaySurvey(1, 2, 1, null, null, null, null));
    ReplaySurvey now = new ReplaySurvey(1, 2, 1, null, null, 3L, 4L);
    notes.survey(part, now);
    assertThat(notes.part(part).orElseThrow().survey()).isEqualTo(now);
  }

  private static long part(RunReplay replay) {
    return replay.parts().getFirst().id();
  }

  private State state(RunReplay replay) {
    return replays.find(replay.id()).orElseThrow().state();
  }

  @Test
  void a_part_wants_a_task_from_its_beginning_to_its_end() {
    RunReplay replay = ask(Mode.DIFFERENCE, false);
    assertThat(notes.due()).contains(part(replay));
    assertThat(notes.start(part(replay))).isEqualTo(notes.start(part(replay))).isPresent();
    assertThat(state(replay)).isEqualTo(State.RUNNING);
    assertThat(notes.due()).contains(part(replay));

    notes.end(part(replay), State.DONE, null);
    assertThat(notes.due()).doesNotContain(part(replay));
    notes.end(part(replay), State.FAILED, "too late");
    assertThat(state(replay)).isEqualTo(State.DONE);
    assertThat(notes.start(part(replay))).isEmpty();
  }

  @Test
  void whoever_goes_on_with_a_part_makes_of_it_what_there_was_of_the_log_when_it_began() {
    RunReplay replay = ask(Mode.EVERYTHING, false);
    assertThat(notes.start(part(replay))).hasValue(2L);
    log.append(run.run().id(), push("late"));

    assertThat(notes.start(part(replay))).hasValue(2L);
  }

  @Test
  void a_part_keeps_its_number_and_nobody_gets_that_of_one_that_was_cancelled() {
    long export = run.exports().getFirst().id();
    jdbc.sql("insert into reconciliation (export_id, revision, report) values (?, 1, '{}')").param(export).update();
    RunReplay cancelled = ask(Mode.DIFFERENCE, false);
    assertThat(begun(cancelled)).isEqualTo(begun(cancelled)).isEqualTo(2);
    notes.end(part(cancelled), State.CANCELLED, null);
    assertThat(states.revisions(export)).as("what the export's own pass comes after").isEqualTo(2);

    RunReplay done = ask(Mode.DIFFERENCE, false);
    assertThat(begun(done)).isEqualTo(3);
    jdbc.sql("insert into reconciliation (export_id, revision, report) values (?, 3, '{}')").param(export).update();
    notes.end(part(done), State.DONE, null);
    assertThat(states.revisions(export)).isEqualTo(3);
  }

  @Test
  void a_dry_run_takes_no_number() {
    RunReplay dry = ask(Mode.DIFFERENCE, true);
    assertThat(begun(dry)).isEqualTo(1);
    notes.end(part(dry), State.DONE, null);
    assertThat(states.revisions(run.exports().getFirst().id())).isZero();
    assertThat(begun(ask(Mode.DIFFERENCE, false))).isEqualTo(1);
  }

  private int begun(RunReplay replay) {
    notes.start(part(replay));
    return notes.revision(part(replay));
  }

  @Test
  void progress_is_read_as_it_was_noted() {
    RunReplay replay = ask(Mode.DIFFERENCE, false);
    ReplayProgress progress = new ReplayProgress(10, 4, 400, 2, 133.3, 5L, "HTTP 503: \0");
    notes.progress(part(replay), progress);

    assertThat(notes.part(part(replay)).orElseThrow().progress()).isEqualTo(progress);
  }

  @Test
  void the_export_of_a_replay_is_none_of_the_runs() {
    RunReplay replay = ask(Mode.EVERYTHING, false);
    long own = replay.parts().getFirst().exportId();
    long id = run.run().id();

    assertThat(own).isNotEqualTo(run.exports().getFirst().id());
    assertThat(exports.findByTestRunIdOrderByIndex(id)).hasSize(1);
    assertThat(exports.findByTestRunIdInOrderByIndex(List.of(id))).hasSize(1);
    assertThat(states.unreconciled()).doesNotContain(own);
    jdbc.sql("update export set state = 'reconciling', shared = false where id = ?").param(own).update();
    assertThat(states.unreconciled()).doesNotContain(own);
    jdbc.sql("update test_run set state = 'finishing' where id = ?").param(id).update();
    assertThat(exports.openBeside(run.run().tenant().value(), 0, 10)).isEmpty();
    states.endIfAllDone(id);
    assertThat(jdbc.sql("select state from test_run where id = ?").param(id).query(String.class).single())
        .isEqualTo("finished");
  }

  @Test
  void no_second_pass_begins_on_an_export_whose_difference_is_being_sent() {
    RunReplay replay = ask(Mode.DIFFERENCE, false);
    log.append(run.run().id(), push("late"));
    long export = run.exports().getFirst().id();
    assertThat(states.unreconciled()).contains(export);

    notes.start(part(replay));
    assertThat(states.unreconciled()).doesNotContain(export);
    notes.end(part(replay), State.CANCELLED, null);
    assertThat(states.unreconciled()).contains(export);
  }

  @Test
  void the_secrets_of_a_replay_stay_with_the_runs_unless_it_was_dry_or_came_to_nothing() {
    RunReplay done = ask(Mode.EVERYTHING, false);
    notes.end(part(done), State.DONE, null);
    assertThat(secrets(done)).isEqualTo(1);
    RunReplay dry = ask(Mode.EVERYTHING, true);
    assertThat(secrets(dry)).isEqualTo(1);
    notes.end(part(dry), State.DONE, null);
    assertThat(secrets(dry)).isZero();

    jdbc.sql("delete from metric_log where test_run_id = ?").param(run.run().id()).update();
    age(8);
    retention.deleteOlderThan(Duration.ofDays(7));
    assertThat(secrets(done)).isZero();
  }

  @Test
  void secrets_that_are_to_be_deleted_wait_for_the_replay_and_go_with_it() {
    jdbc.sql("update test_run set secrets = 'delete' where id = ?").param(run.run().id()).update();
    RunReplay replay = ask(Mode.EVERYTHING, false);
    age(1);
    retention.deleteWhereAsked();
    assertThat(secrets(replay)).isEqualTo(1);

    notes.end(part(replay), State.DONE, null);
    assertThat(secrets(replay)).isZero();
    retention.deleteWhereAsked();
    assertThatThrownBy(() -> runs.open(run.exports().getFirst())).hasMessageContaining("were deleted");
  }

  private void age(int days) {
    jdbc.sql("update run_head set finished_at = finished_at - ? * interval '1 day' where test_run_id = ?")
        .params(days, run.run().id()).update();
  }

  private long secrets(RunReplay replay) {
    return jdbc.sql("select count(*) from secret where owner = ?")
        .param("export/" + replay.parts().getFirst().exportId()).query(Long.class).single();
  }

  @Test
  void the_log_of_a_run_stays_while_it_is_replayed_and_its_end_is_noted() {
    String old = "timestamptz '" + jdbc.sql("select (date_trunc('hour', now()) - interval '9 days 30 minutes')::text")
        .query(String.class).single() + "'"; // asked once, for the next hour may begin meanwhile
    jdbc.sql("select ensure_metric_log_partition(" + old + ")").query().listOfRows();
    jdbc.sql("insert into metric_log values (?, 9, " + old + ", 1, '', 1, 1, '\\x00')").param(run.run().id()).update();
    RunReplay replay = ask(Mode.DIFFERENCE, false);
    LogRetention log = new LogRetention(jdbc);
    assertThat(log.dropOlderThan(Duration.ofDays(7))).isEmpty();
    assertThat(notes.gone(run.run().id())).isEmpty();

    notes.end(part(replay), State.DONE, null);
    assertThat(log.dropOlderThan(Duration.ofDays(7))).hasSize(1);
    assertThat(notes.gone(run.run().id())).hasValueSatisfying(why -> assertThat(why).contains("was dropped at 20"));
    assertThatThrownBy(() -> ask(Mode.DIFFERENCE, false)).isInstanceOf(ReplayRefused.class)
        .extracting(refused -> ((ReplayRefused) refused).reason()).isEqualTo(ReplayRefused.Reason.GONE);
  }

  @Test
  void a_ledger_that_is_only_read_takes_nothing_over_and_takes_no_booking() {
    long export = run.exports().getFirst().id();
    PostgresLedger held = PostgresLedger.takeOver(jdbc, writer, export);
    PostgresLedger read = PostgresLedger.reading(jdbc, writer, export);

    held.settle(0, 0, 5);
    assertThat(read.load().settled(0, 0)).isEqualTo(5);
    assertThatThrownBy(() -> read.book(new Booking(0, 0, 6, 1, 1, 1, List.of()))).isInstanceOf(Fenced.class);
    held.settle(0, 0, 6);
  }

  @Test
  void what_is_done_stands_in_the_audit_log() {
    RunReplay replay = ask(Mode.DIFFERENCE, true);
    AuditLog.Entry newest = audit.page(Long.MAX_VALUE, 1).getFirst();

    assertThat(newest.subject()).startsWith("replay " + replay.id() + " of run " + run.run().id() + ": dry run");
    assertThat(newest.tokenId()).isEqualTo(7);
    assertThat(Optional.ofNullable(newest.tenantId())).hasValue(run.run().tenant().value());
  }
}
