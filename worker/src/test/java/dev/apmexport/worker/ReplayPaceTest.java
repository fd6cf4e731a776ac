package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import dev.apmexport.exporter.sink.datadog.FakeDatadog;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayPart.State;
import dev.apmexport.store.replay.ReplayRequest;
import dev.apmexport.store.replay.ReplayRequest.Mode;
import dev.apmexport.store.replay.ReplaySurvey;
import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.replay.RunReplay;
import dev.apmexport.store.run.TestRun;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** What makes a replay take its time: the worker's limit, and requests that may still arrive. */
class ReplayPaceTest extends WithReplays {
  private static final int LONG = 400;

  @Test
  void replays_send_no_more_points_a_second_than_the_worker_is_set_to() {
    TestRun run = unsent(LONG, AGO);
    beginWith("--apm.worker.replay-points-per-second=1");
    RunReplay replay = everything(run, there.uri(), ",\"metrics\":[\"http_reqs\"]");
    await("some points are taken", () -> part(replay).progress().sent() > 1);

    ReplayPart part = part(replay);
    assertThat(part.progress().steps()).isGreaterThan(LONG);
    assertThat(part.state()).isEqualTo(State.RUNNING);
    assertThat(there.points()).as("with minutes to go").isLessThan(LONG / 2);
    worker.getBean(Replays.class).cancel(now(replay), act());
    assertThat(over(replay).state()).isEqualTo(State.CANCELLED);
  }

  /** An ended run with such a push, whose own export wants nothing of what is in it. */
  private TestRun unsent(int buckets, int ago) {
    us = tenant();
    TestRun run = run(us, "{\"apm\":[" + block(receiver.uri("/write"), ",\"metrics\":[\"vus\"]") + "]}");
    push(run, buckets, ago);
    push(run, 1, AGO - 1);
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    endedSecondsAgo(run, 250);
    return run;
  }

  private ReplayPart part(RunReplay replay) {
    return now(replay).parts().getFirst();
  }

  /** A run at Datadog whose requests of the first pass were given up so long ago, and five buckets that came late. */
  private TestRun doubtful(FakeDatadog datadog, int secondsAgo) {
    us = tenant();
    TestRun run = run(us, "{\"apm\":[{\"provider\":\"datadog\",\"resampleRate\":1,\"apiURL\":\"" + datadog.uri()
        + "\",\"apiKey\":\"" + FakeDatadog.KEY + "\"}]}");
    push(run, BUCKETS, AGO);
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    worker.getBean("passScheduler", Scheduler.class).stop();
    push(run, 5, AGO + 10);
    jdbc.sql("delete from pass_task where task_instance = ?").param(Long.toString(export(run).id())).update();
    jdbc.sql("update export set state = 'done' where id = ?").param(export(run).id()).update();
    jdbc.sql("update ledger_step set doubtful_at = ? where export_id = ?")
        .params(Instant.now().minusSeconds(secondsAgo).toEpochMilli(), export(run).id()).update();
    endedSecondsAgo(run, 250);
    return run;
  }

  private RunReplay difference(TestRun run) {
    return ask(run, new ReplayRequest(Mode.DIFFERENCE, null, null, null, null, false));
  }

  @Test
  void a_difference_stays_until_what_was_given_up_can_arrive_no_more_and_then_corrects() {
    try (FakeDatadog datadog = new FakeDatadog(InstantSource.system())) {
      TestRun run = doubtful(datadog, 190);
      ReplayPart part = over(difference(run));
      assertThat(part.state()).isEqualTo(State.DONE);
      assertThat(part.report().pending()).as("%s", part).isZero();
      assertThat(part.report().corrected()).isEqualTo(5);
      assertThat(part.report().exact()).isTrue();
      assertThat(datadog.content().values().iterator().next().values()).containsOnly(5.0, 10.0);
    }
  }

  @Test
  void a_difference_that_waits_hears_of_its_cancellation() {
    try (FakeDatadog datadog = new FakeDatadog(InstantSource.system())) {
      RunReplay replay = difference(doubtful(datadog, 0));
      await("it runs", () -> part(replay).state() == State.RUNNING);
      awaitWaiting(replay);
      worker.getBean(Replays.class).cancel(now(replay), act());
      assertThat(over(replay).state()).isEqualTo(State.CANCELLED);
    }
  }

  /** Progress is told again and again while the part rests. */
  private void awaitWaiting(RunReplay replay) {
    String first = written(replay);
    assertThat(first).isNotNull();
    await("told anew", () -> !written(replay).equals(first));
  }

  private String written(RunReplay replay) {
    return jdbc.sql("select xmin::text from replay_part where replay_id = ?").param(replay.id()).query(String.class)
        .single();
  }

  @Test
  void a_dry_run_of_everything_tells_what_datadog_would_not_take() {
    TestRun run = unsent(5, 3_900);
    Instant asked = Instant.now();
    try (FakeDatadog datadog = new FakeDatadog(InstantSource.system())) {
      ReplayPart part = over(ask(run, new ReplayRequest(Mode.EVERYTHING, null, null, null,
          node("{\"provider\":\"datadog\",\"resampleRate\":1,\"metrics\":[\"http_reqs\"],\"apiURL\":\"" + datadog.uri()
              + "\",\"apiKey\":\""
              + FakeDatadog.KEY + "\"}"),
          true)));
      ReplaySurvey survey = part.survey();
      assertThat(survey.points() + survey.tooOld()).as("one of each second").isBetween(3_876L, 4_000L);
      assertThat(survey.from()).isAfter(asked.minus(Duration.ofHours(1)));
      assertThat(survey.points()).isLessThan(3_600);
      assertThat(part.survey().beyondWindow()).isZero();
      assertThat(datadog.requests()).isZero();
    }
  }
}
