package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Fault;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayPart.State;
import dev.apmexport.store.replay.ReplayRequest;
import dev.apmexport.store.replay.ReplayRequest.Mode;
import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.replay.RunReplay;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.work.Work;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pushes, passes and dead destinations that come in between. */
class ReplayInTroubleTest extends WithReplays {
  private static final String OUT_OF_ORDER = ",\"outOfOrder\":\"2h\"";

  private RunReplay difference(TestRun run, Long to) {
    return ask(run, new ReplayRequest(Mode.DIFFERENCE, null, null, to, null, false));
  }

  @Test
  void a_replay_begins_when_no_push_can_come_any_more() {
    TestRun run = justEnded(receiver.uri("/write"), "");
    RunReplay replay = everything(run, there.uri(), OUT_OF_ORDER);
    awaitLook(replay);
    assertThat(now(replay).state()).isEqualTo(State.QUEUED);
    assertThat(there.requests()).isZero();
    push(run, 5, AGO + 10);
    endedSecondsAgo(run, 250);

    assertThat(over(replay).report().exact()).isTrue();
    assertThat(there.content().get("k6_http_reqs").lastEntry().getValue()).isEqualTo(BUCKETS * 5.0 + 25);
  }

  @Test
  void a_replay_that_is_gone_on_with_sends_what_it_would_have_sent_though_the_log_has_grown() {
    TestRun run = ended(receiver.uri("/write"), "");
    stuckAfter(10);
    RunReplay replay = everything(run, there.uri(), OUT_OF_ORDER);
    awaitAnError(replay);
    worker.close();
    there.faults(() -> Fault.NONE);
    begin();
    endedSecondsAgo(run, 0);
    push(run, 5, AGO + 10);
    endedSecondsAgo(run, 250);

    ReplayPart part = over(replay);
    assertThat(part.report().exact()).as("%s", part).isTrue();
    assertThat(there.content()).isEqualTo(truth(run, there));
  }

  @Test
  void a_difference_of_a_range_leaves_a_late_push_to_the_exports_own_pass() {
    TestRun run = justEnded(receiver.uri("/write"), "");
    worker.getBean("passScheduler", Scheduler.class).stop();
    push(run, 5, AGO - 10);
    endedSecondsAgo(run, 250);
    long to = Instant.now().toEpochMilli() - (AGO + 20) * 1_000L;
    ReplayPart part = over(difference(run, to));
    assertThat(part.state()).isEqualTo(State.DONE);
    assertThat(part.report().pending()).isPositive();

    worker.close();
    begin();
    await("the export's own pass", () -> states().revisions(export(run).id()) == 3);
    assertThat(report(run).pending()).isZero();
    assertThat(report(run).exact()).isTrue();
  }

  private ReconciliationReport report(TestRun run) {
    return states().latestReports(List.of(export(run).id())).get(export(run).id());
  }

  @Test
  void a_replay_that_lasts_for_more_than_an_hour_goes_on_after_a_restart() {
    TestRun run = ended(receiver.uri("/write"), "");
    stuckAfter(10);
    RunReplay replay = everything(run, there.uri(), "");
    awaitAnError(replay);
    worker.close();
    there.faults(() -> Fault.NONE);
    begin();
    jdbc.sql("update replay_part set started_at = started_at - interval '30 hours' where replay_id = ?")
        .param(replay.id()).update();

    assertThat(over(replay).state()).isEqualTo(State.DONE);
    assertThat(there.content()).isEqualTo(truth(run, there));
  }

  @Test
  void a_tenant_whose_destinations_are_all_dead_leaves_places_to_others() {
    TestRun other = ended(receiver.uri("/write"), "");
    Tenant them = us;
    RunReplay dead = sixDead();
    us = them;

    assertThat(over(everything(other, there.uri(), OUT_OF_ORDER)).state()).isEqualTo(State.DONE);
    assertThat(now(dead).parts().stream().map(ReplayPart::state)).containsOnly(State.RUNNING, State.QUEUED);
    assertThat(running(dead)).isEqualTo(4);
    worker.getBean(Replays.class).cancel(now(dead), act()); // else they keep their places beside the tests to come
    assertThat(over(dead).state()).isEqualTo(State.CANCELLED);
  }

  private RunReplay sixDead() {
    us = tenant();
    String blocks = IntStream.range(0, 6).mapToObj(i -> block(receiver.uri("/write-" + i), ""))
        .collect(Collectors.joining(","));
    TestRun run = run(us, "{\"apm\":[" + blocks + "]}");
    push(run, BUCKETS, AGO);
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    endedSecondsAgo(run, 250);
    receiver.answer(LoopbackServer.Answer.of(401, "who are you?"));
    RunReplay dead = ask(run, new ReplayRequest(Mode.EVERYTHING, null, null, null, null, false));
    await("four run", () -> running(dead) == 4);
    return dead;
  }

  private long running(RunReplay replay) {
    return now(replay).parts().stream().filter(part -> part.state() == State.RUNNING).count();
  }

  @Test
  void a_difference_waits_for_the_second_pass_of_its_export() {
    TestRun run = ended(receiver.uri("/write"), "");
    worker.getBean("passScheduler", Scheduler.class).stop();
    worker.getBean(Work.class).secondPass(export(run).id());
    RunReplay replay = difference(run, null);
    awaitLook(replay);
    assertThat(now(replay).state()).isEqualTo(State.QUEUED);

    jdbc.sql("delete from pass_task where task_instance = ?").param(Long.toString(export(run).id())).update();
    assertThat(over(replay).state()).isEqualTo(State.DONE);
  }

  @Test
  void a_replay_waits_while_its_run_goes_on_after_all() {
    TestRun run = justEnded(receiver.uri("/write"), "");
    RunReplay replay = difference(run, null);
    jdbc.sql("update run_head set finish = null, finished_at = null where test_run_id = ?").param(run.id()).update();
    awaitLook(replay);
    assertThat(now(replay).state()).isEqualTo(State.QUEUED);

    jdbc.sql("update run_head set finish = 'idle' where test_run_id = ?").param(run.id()).update();
    endedSecondsAgo(run, 250);
    assertThat(over(replay).state()).isEqualTo(State.DONE);
  }

  @Test
  void no_report_is_made_of_a_log_that_went_meanwhile() {
    TestRun run = ended(receiver.uri("/write"), "");
    stuckAfter(10);
    RunReplay replay = everything(run, there.uri(), OUT_OF_ORDER);
    awaitAnError(replay);
    jdbc.sql("update test_run set log_dropped_at = now() where id = ?").param(run.id()).update();
    there.faults(() -> Fault.NONE);

    ReplayPart part = over(replay);
    assertThat(part.state()).isEqualTo(State.FAILED);
    assertThat(part.error()).contains("was dropped");
    assertThat(part.report()).isNull();
  }

  @Test
  void a_part_that_fails_again_and_again_ends() {
    TestRun run = justEnded(receiver.uri("/write"), "");
    RunReplay replay = everything(run, there.uri(), OUT_OF_ORDER);
    awaitLook(replay);
    jdbc.sql("update replay_task set consecutive_failures = 18000 where task_instance = ?")
        .param(Long.toString(now(replay).parts().getFirst().id())).update();

    ReplayPart part = over(replay);
    assertThat(part.state()).isEqualTo(State.FAILED);
    assertThat(part.error()).contains("18000 times in a row");
  }
}
