package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.exporter.threshold.ThresholdResult.State;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.threshold.RunThresholds;
import dev.apmexport.store.work.Work;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ThresholdsTest extends WithWorker {
  private static final String OPTIONS = """
      {"thresholds": {"http_reqs": ["count>=25", {"threshold": "count<25", "abortOnFail": true}],
        "http_reqs{status:404}": ["count<1"], "http_req_duration{scenario:a}": ["p(95)<200"], "checks": ["rate?"]}}""";

  private TestRun run() {
    return created(OPTIONS);
  }

  private TestRun created(String options) {
    return worker.getBean(Runs.class).create(tenant(), "run", null, JsonMapper.shared().readTree(options)).run();
  }

  private List<ThresholdResult> results(TestRun run) {
    return worker.getBean(RunThresholds.class).of(List.of(run.id())).getOrDefault(run.id(), List.of());
  }

  private List<State> states(TestRun run) {
    return results(run).stream().map(ThresholdResult::state).toList();
  }

  private void awaitEvaluated(TestRun run) {
    await("evaluated", () -> evaluated(run) == log.feed(run.id(), run.createdAt()).head());
  }

  private long evaluated(TestRun run) {
    return jdbc.sql("select evaluated_seq from run_threshold where test_run_id = ?").param(run.id()).query(Long.class)
        .single();
  }

  @Test
  void thresholds_are_decided_when_their_run_is_over_and_pending_until_then() {
    TestRun run = run();
    push(run, 5, 5);
    assertThat(states(run)).containsExactly(State.PENDING, State.PENDING, State.PENDING, State.PENDING, State.INVALID);
    finish(run);
    awaitEvaluated(run);

    assertThat(states(run)).containsExactly(State.PASSED, State.FAILED, State.NO_DATA, State.NO_DATA, State.INVALID);
    assertThat(results(run).getFirst().value()).isEqualTo(25);
    assertThat(results(run).getLast().reason()).contains("there is no operator");
    await("finished", () -> state(run).equals("finished"));
  }

  @Test
  void a_push_after_the_end_has_them_decided_once_more_when_no_more_can_come() {
    TestRun run = created("{\"thresholds\":{\"http_reqs\":[\"count<26\"]}}");
    push(run, 5, 10);
    finish(run);
    awaitEvaluated(run);
    assertThat(states(run)).containsExactly(State.PASSED);

    push(run, 1, 4);
    assertThat(states(run)).containsExactly(State.PENDING);
    jdbc.sql("update run_head set finished_at = finished_at - ? * interval '1 second' where test_run_id = ?")
        .params(MetricLog.GRACE.toSeconds(), run.id()).update();
    awaitEvaluated(run);
    assertThat(states(run)).containsExactly(State.FAILED);
    assertThat(results(run).getFirst().value()).isEqualTo(30);
  }

  @Test
  void a_run_that_ends_by_being_idle_has_them_decided_and_pending_again_when_it_goes_on() {
    TestRun run = created("{\"thresholds\":{\"http_reqs\":[\"count==25\"]}}");
    push(run, 5, 10);
    log.finish(run.id(), false, "{}".getBytes(StandardCharsets.UTF_8));
    awaitEvaluated(run);
    assertThat(states(run)).containsExactly(State.PASSED);

    push(run, 1, 4);
    assertThat(states(run)).containsExactly(State.PENDING);
    finish(run);
    awaitEvaluated(run);
    assertThat(states(run)).containsExactly(State.FAILED);
  }

  @Test
  void several_generators_make_one_run() {
    TestRun run = created("{\"thresholds\":{\"vus\":[\"value==9\"],\"took\":[\"max==40\",\"avg==25\"]}}");
    long now = Instant.now().getEpochSecond() - 5;
    append(run, "a", now, new MetricSets(1).gauge("vus", Labels.NONE, now, 4).trend("took", Labels.NONE, now, 10, 20));
    append(run, "b", now, new MetricSets(1).gauge("vus", Labels.NONE, now, 5).trend("took", Labels.NONE, now, 30, 40));
    finish(run);
    awaitEvaluated(run);

    assertThat(results(run)).allSatisfy(result -> {
      assertThat(result.state()).isEqualTo(State.PASSED);
      assertThat(result.certain()).isTrue();
    });
  }

  private void append(TestRun run, String generator, long bucket, MetricSets samples) {
    log.append(run.id(), new MetricLog.Entry(Kind.METRIC_SET, generator, generator, Duration.ofHours(1), bucket, bucket,
        samples.packed()));
  }

  @Test
  void what_fails_for_ever_ends_as_unknown() {
    TestRun run = created("{\"thresholds\":{\"http_reqs\":[\"count>0\"]}}");
    log.append(run.id(), new MetricLog.Entry(Kind.METRIC_SET, "", "broken", Duration.ofHours(1), 1, 1, new byte[]{9}));
    log.finish(run.id(), true, "{}".getBytes(StandardCharsets.UTF_8));
    await("failed once", () -> failed(run, 7));
    awaitEvaluated(run);

    assertThat(states(run)).containsExactly(State.NO_DATA);
    assertThat(results(run).getFirst().certain()).isFalse();
    assertThat(results(run).getFirst().reason()).startsWith("It could not be evaluated");
    await("no more tries", () -> tasks(run) == 0);
  }

  /** Whether the task has failed; from then on it is as if it had failed so often and were due again. */
  private boolean failed(TestRun run, int as) {
    return jdbc.sql("""
        update threshold_task set consecutive_failures = ?, execution_time = now(), version = version + 1
        where task_instance = ? and consecutive_failures > 0 and not picked""")
        .params(as, Long.toString(run.id())).update() == 1;
  }

  @Test
  void after_a_fault_the_next_try_waits_longer_each_time() {
    TestRun run = created("{\"thresholds\":{\"http_reqs\":[\"count>0\"]}}");
    log.append(run.id(), new MetricLog.Entry(Kind.METRIC_SET, "", "broken", Duration.ofHours(1), 1, 1, new byte[]{9}));
    log.finish(run.id(), true, "{}".getBytes(StandardCharsets.UTF_8));
    await("failed once", () -> failed(run, 5));
    await("failed again", () -> jdbc.sql("""
        select count(*) from threshold_task where task_instance = ? and consecutive_failures = 6
          and execution_time > last_failure + interval '1 minute'""").param(Long.toString(run.id()))
        .query(Long.class).single() == 1);
  }

  @Test
  void a_run_without_thresholds_has_no_row_and_no_task() {
    TestRun run = created("{\"thresholds\":{}}");
    finish(run);

    assertThat(results(run)).isEmpty();
    assertThat(jdbc.sql("select count(*) from run_threshold where test_run_id = ?").param(run.id()).query(Long.class)
        .single()).isZero();
    assertThat(worker.getBean(RunThresholds.class).due()).doesNotContain(run.id());
  }

  @Test
  void whoever_died_on_the_way_another_worker_comes_to_the_results() {
    TestRun run = run();
    push(run, 5, 5);
    // As if a worker had picked the task and its heart had stopped since.
    jdbc.sql("""
        insert into threshold_task (task_name, task_instance, execution_time, picked, picked_by, last_heartbeat, version)
        values ('threshold', ?, now() - interval '1 hour', true, 'the dead one', now() - interval '1 minute', 1)""")
        .param(Long.toString(run.id())).update();
    finish(run);
    awaitEvaluated(run);

    assertThat(states(run)).contains(State.PASSED, State.FAILED);
    await("the task is over", () -> tasks(run) == 0);
  }

  private long tasks(TestRun run) {
    return jdbc.sql("select count(*) from threshold_task where task_instance = ?").param(Long.toString(run.id()))
        .query(Long.class).single();
  }

  @Test
  void results_that_stand_for_less_of_the_log_never_replace_others() {
    TestRun run = run();
    push(run, 5, 5);
    finish(run);
    awaitEvaluated(run);
    List<ThresholdResult> before = results(run);

    RunThresholds thresholds = worker.getBean(RunThresholds.class);
    thresholds.put(run.id(), evaluated(run) - 1, List.of());
    thresholds.put(run.id(), evaluated(run), List.of());
    assertThat(results(run)).isEqualTo(before).isNotEmpty();
  }

  @Test
  void the_results_of_a_run_whose_log_is_gone_stay_as_they_were() {
    TestRun run = run();
    push(run, 5, 5);
    finish(run);
    awaitEvaluated(run);
    List<ThresholdResult> before = results(run);
    jdbc.sql("update test_run set log_dropped_at = now() where id = ?").param(run.id()).update();
    jdbc.sql("delete from metric_log where test_run_id = ?").param(run.id()).update();
    jdbc.sql("update run_head set next_seq = next_seq + 1 where test_run_id = ?").param(run.id()).update();

    RunThresholds thresholds = worker.getBean(RunThresholds.class);
    assertThat(thresholds.due()).doesNotContain(run.id());
    worker.getBean(Work.class).thresholds(run.id());
    await("looked at", () -> tasks(run) == 0);
    assertThat(results(run)).isEqualTo(before);
  }
}
