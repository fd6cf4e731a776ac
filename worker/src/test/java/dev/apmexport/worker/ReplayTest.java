package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Fault;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayPart.State;
import dev.apmexport.store.replay.ReplayRequest;
import dev.apmexport.store.replay.ReplayRequest.Mode;
import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.replay.RunReplay;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.TestRun;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReplayTest extends WithReplays {
  private static final String OUT_OF_ORDER = ",\"outOfOrder\":\"2h\"";
  private static final String OURS = ",\"credentials\":{\"token\":\"canary\"}";

  @Test
  void a_whole_run_comes_to_an_empty_prometheus_and_a_second_time_changes_nothing() {
    TestRun run = ended(receiver.uri("/write"), OURS);
    long steps = receiver.requests().size();
    ReplayPart part = over(everything(run, there.uri(), OUT_OF_ORDER));

    assertThat(part.state()).as(part.toString()).isEqualTo(State.DONE);
    assertThat(there.content()).isEqualTo(truth(run, there));
    assertThat(part.report().exact()).isTrue();
    assertThat(part.report().expected()).isEqualTo(there.points());
    assertThat(part.progress().sent()).isEqualTo(there.points());
    assertThat(part.progress().steps()).isEqualTo(part.progress().stepsDone()).isEqualTo(there.requests());
    assertThat(receiver.requests()).as("nothing goes where the run went").hasSize((int) steps);

    ReplayPart again = over(everything(run, there.uri(), OUT_OF_ORDER));
    assertThat(again.report().exact()).isTrue();
    assertThat(there.content()).isEqualTo(truth(run, there));
    assertThat(there.violations()).isEmpty();
  }

  @Test
  void the_runs_own_account_stays_as_it_was() {
    TestRun run = ended(receiver.uri("/write"), "");
    RunExport before = export(run);
    over(everything(run, there.uri(), OUT_OF_ORDER));

    assertThat(worker.getBean(RunExportRepository.class).findByTestRunIdOrderByIndex(run.id())).hasSize(1);
    assertThat(export(run)).usingRecursiveComparison().isEqualTo(before);
    assertThat(states().revisions(before.id())).isEqualTo(1);
    assertThat(state(run)).isEqualTo("finished");
  }

  @Test
  void a_difference_to_where_a_replay_went_before_sends_what_is_missing_there() {
    TestRun run = ended(receiver.uri("/write"), "");
    over(everything(run, there.uri(), OUT_OF_ORDER));
    int requests = there.requests();
    RunReplay difference = ask(run, new ReplayRequest(Mode.DIFFERENCE, 0, null, null,
        node(block(there.uri(), OUT_OF_ORDER)), false));

    ReplayPart part = over(difference);
    assertThat(there.requests()).isEqualTo(requests);
    assertThat(part.report().exact()).isTrue();
    assertThat(part.report().revision()).isEqualTo(2);
    assertThat(part.report().asExpected()).isEqualTo(there.points());
  }

  @Test
  void an_export_that_was_given_up_is_set_right_after_its_receiver_came_back() {
    try (FakePrometheus home = new FakePrometheus(InstantSource.system(), 0)) {
      home.faults(() -> Fault.BUSY);
      TestRun run = givenUp(home);
      long pending = report(run).pending();
      assertThat(pending).isEqualTo(BUCKETS + 1);

      home.faults(() -> Fault.NONE);
      int requests = home.requests();
      ReplayPart dry = over(ask(run, new ReplayRequest(Mode.DIFFERENCE, null, null, null, null, true)));
      assertThat(dry.report().pending()).isEqualTo(pending);
      assertThat(home.requests()).as("a dry run sends nothing").isEqualTo(requests);
      assertThat(export(run).state()).isEqualTo("gaveUp");
      assertThat(states().revisions(export(run).id())).isEqualTo(1);

      ReplayPart part = over(ask(run, new ReplayRequest(Mode.DIFFERENCE, null, null, null, null, false)));
      assertThat(part.state()).isEqualTo(State.DONE);
      assertThat(home.content()).isEqualTo(truth(run, home));
      assertThat(report(run).exact()).isTrue();
      assertThat(report(run).revision()).isEqualTo(2);
      assertThat(export(run).state()).isEqualTo("done");
    }
  }

  @Test
  void what_a_cancelled_difference_was_refused_the_next_one_tries_again() {
    try (FakePrometheus home = new FakePrometheus(InstantSource.system(), 0)) {
      home.faults(() -> Fault.BUSY);
      TestRun run = givenUp(home);
      RunReplay cancelled = ask(run, new ReplayRequest(Mode.DIFFERENCE, null, null, null, null, false));
      awaitAnError(cancelled);
      jdbc.sql("""
          insert into ledger_rejection select export_id, max(pass), ?, 'k6_http_reqs', 0, ?, 'HTTP 400: out of bounds'
          from ledger_step where export_id = ? group by export_id""")
          .params(new Series("k6_http_reqs", Labels.NONE).key(), Long.MAX_VALUE, export(run).id()).update();
      worker.getBean(Replays.class).cancel(now(cancelled), act());
      assertThat(over(cancelled).state()).isEqualTo(State.CANCELLED);

      home.faults(() -> Fault.NONE);
      ReplayPart part = over(ask(run, new ReplayRequest(Mode.DIFFERENCE, null, null, null, null, false)));
      assertThat(part.report().refused()).isZero();
      assertThat(part.report().revision()).isEqualTo(3);
      assertThat(home.content()).isEqualTo(truth(run, home));
      assertThat(report(run)).isEqualTo(part.report());
    }
  }

  private TestRun givenUp(FakePrometheus home) {
    us = tenant();
    TestRun run = run(us, "{\"apm\":[" + block(home.uri(), "") + "]}");
    push(run, BUCKETS, AGO);
    await("an error", () -> export(run).status() != null && export(run).status().lastError() != null);
    finish(run);
    jdbc.sql("update run_head set finished_at = finished_at - interval '61 minutes' where test_run_id = ?")
        .param(run.id()).update();
    await("finished", () -> state(run).equals("finished"));
    assertThat(export(run).state()).isEqualTo("gaveUp");
    return run;
  }

  private ReconciliationReport report(TestRun run) {
    return states().latestReports(List.of(export(run).id())).get(export(run).id());
  }

  @Test
  void a_dry_run_of_everything_counts_and_sends_nothing() {
    TestRun run = ended(receiver.uri("/write"), "");
    ReplayPart part = over(
        ask(run, new ReplayRequest(Mode.EVERYTHING, null, null, null, node(block(there.uri(), OUT_OF_ORDER)), true)));

    assertThat(there.requests()).isZero();
    assertThat(part.survey().points()).isEqualTo(BUCKETS + 1);
    assertThat(part.survey().steps()).isEqualTo(BUCKETS + 1);
    assertThat(part.survey().series()).isEqualTo(1);
    assertThat(part.report()).isNull();
    over(everything(run, there.uri(), OUT_OF_ORDER));
    assertThat(there.content().get("k6_http_reqs").firstKey()).isEqualTo(part.survey().from().toEpochMilli());
    assertThat(there.content().get("k6_http_reqs").lastKey()).isEqualTo(part.survey().to().toEpochMilli());
  }

  @Test
  void a_range_is_what_is_sent_of_it_and_no_more() {
    TestRun run = ended(receiver.uri("/write"), "");
    over(everything(run, there.uri(), OUT_OF_ORDER));
    var all = truth(run, there).get("k6_http_reqs");
    long from = all.firstKey() + 5_000;
    long to = from + 10_000;
    try (FakePrometheus empty = new FakePrometheus(InstantSource.system(), 3_600_000)) {
      ReplayPart part = over(ask(run, new ReplayRequest(Mode.EVERYTHING, null, from, to,
          node(block(empty.uri(), OUT_OF_ORDER)), false)));

      assertThat(empty.content().get("k6_http_reqs")).isEqualTo(all.subMap(from, to));
      assertThat(part.progress().sent()).isEqualTo(10);
      assertThat(part.state()).isEqualTo(State.DONE);
    }
  }

  @Test
  void a_cancelled_replay_stops_and_leaves_what_was_sent_and_no_secret() {
    TestRun run = ended(receiver.uri("/write"), "");
    stuckAfter(10);
    RunReplay replay = everything(run, there.uri(), OUT_OF_ORDER + OURS);
    awaitAnError(replay);
    assertThat(now(replay).state()).isEqualTo(State.RUNNING);
    assertThat(now(replay).parts().getFirst().progress().lastError()).contains("503", "busy");
    long exportId = now(replay).parts().getFirst().exportId();
    assertThat(secretsOf(exportId)).isEqualTo(1);

    worker.getBean(Replays.class).cancel(now(replay), act());
    ReplayPart part = over(replay);
    assertThat(part.state()).isEqualTo(State.CANCELLED);
    assertThat(there.points()).isEqualTo(10);
    assertThat(jdbc.sql("select count(*) from ledger_step where export_id = ?").param(exportId).query(Long.class)
        .single()).isGreaterThanOrEqualTo(10);
    assertThat(secretsOf(exportId)).isZero();
    await("its task is gone", () -> jdbc.sql("select count(*) from replay_task where task_instance = ?")
        .param(Long.toString(part.id())).query(Long.class).single() == 0);
  }

  @Test
  void another_worker_goes_on_where_one_stopped_and_sends_no_settled_step_again() {
    TestRun run = ended(receiver.uri("/write"), "");
    stuckAfter(10);
    RunReplay replay = everything(run, there.uri(), OUT_OF_ORDER);
    awaitAnError(replay);

    worker.close();
    AtomicInteger taken = new AtomicInteger();
    there.faults(() -> taken.incrementAndGet() > 0 ? Fault.NONE : Fault.BUSY);
    begin();

    ReplayPart part = over(replay);
    assertThat(part.state()).isEqualTo(State.DONE);
    assertThat(part.report().exact()).isTrue();
    assertThat(there.content()).isEqualTo(truth(run, there));
    assertThat(taken.get()).as("requests after the restart").isEqualTo(BUCKETS + 1 - 10);
  }

  @Test
  void a_part_whose_worker_died_is_taken_by_another_and_the_dead_one_can_book_no_more() {
    TestRun run = ended(receiver.uri("/write"), "");
    stuckAfter(10);
    RunReplay replay = everything(run, there.uri(), OUT_OF_ORDER);
    awaitAnError(replay);
    ReplayPart part = now(replay).parts().getFirst();
    long epoch = epoch(part.exportId());
    try (var other = startWorker()) {
      // As if the first had been frozen: its task is taken by another.
      jdbc.sql("update replay_task set picked = false, picked_by = null, version = version + 1, execution_time = now() "
          + "where task_instance = ?").param(Long.toString(part.id())).update();
      await("taken over", () -> epoch(part.exportId()) > epoch);
      there.faults(() -> Fault.NONE);
      assertThat(over(replay).state()).isEqualTo(State.DONE);
      assertThat(other.isActive()).isTrue();
    }
    assertThat(there.content()).isEqualTo(truth(run, there));
  }

  private long epoch(long exportId) {
    return jdbc.sql("select epoch from export_epoch where export_id = ?").param(exportId).query(Long.class).single();
  }

  @Test
  void the_destination_gets_its_own_credentials_and_nobody_elses() {
    TestRun run = ended(receiver.uri("/write"), OURS);
    assertThat(header("Authorization")).isEqualTo("Bearer canary");
    over(everything(run, receiver.uri("/other"), ",\"credentials\":{\"token\":\"canary-2\"}"));

    assertThat(header("Authorization")).isEqualTo("Bearer canary-2");
    assertThat(receiver.requests().getLast().line()).contains("/other");
    for (String table : List.of("replay", "replay_part", "export", "replay_task", "audit_entry")) {
      assertThat(jdbc.sql("select coalesce(string_agg(t::text, ' '), '') from " + table + " t").query(String.class)
          .single()).as(table).doesNotContain("canary");
    }
  }

  @Test
  void a_destination_that_denies_the_credentials_is_told_while_the_replay_waits() {
    TestRun run = ended(receiver.uri("/write"), "");
    receiver.answer(LoopbackServer.Answer.of(401, "who are you?"));
    RunReplay replay = everything(run, receiver.uri("/other"), "");

    await("its words", () -> now(replay).parts().getFirst().progress().lastError() != null);
    assertThat(now(replay).parts().getFirst().progress().lastError()).contains("401", "who are you?");
    worker.getBean(Replays.class).cancel(now(replay), act());
    assertThat(over(replay).state()).isEqualTo(State.CANCELLED);
  }

  @Test
  void a_run_whose_log_went_meanwhile_fails_with_a_sentence() {
    TestRun run = ended(receiver.uri("/write"), "");
    stuckAfter(0);
    RunReplay replay = everything(run, there.uri(), OUT_OF_ORDER);
    awaitAnError(replay);
    jdbc.sql("update test_run set log_dropped_at = now() where id = ?").param(run.id()).update();
    worker.close();
    begin();

    ReplayPart part = over(replay);
    assertThat(part.state()).isEqualTo(State.FAILED);
    assertThat(part.error()).contains("The log of run " + run.id(), "was dropped");
    assertThat(secretsOf(part.exportId())).isZero();
  }
}
