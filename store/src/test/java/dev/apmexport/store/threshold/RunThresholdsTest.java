package dev.apmexport.store.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.threshold.Threshold;
import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.exporter.threshold.ThresholdResult.State;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantWall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import tools.jackson.databind.json.JsonMapper;

class RunThresholdsTest extends WithStore {
  private static final String ONE = "{\"checks\":[\"rate>0.5\"]}";

  @Autowired
  private RunThresholds thresholds;

  private TestRun create(Tenant tenant, String demanded) {
    return runs.create(tenant, "run", null, JsonMapper.shared().readTree("{\"thresholds\":" + demanded + "}")).run();
  }

  private TestRun finished(String demanded) {
    TestRun run = create(tenant(), demanded);
    log.finish(run.id(), true, "{}".getBytes(StandardCharsets.UTF_8));
    return run;
  }

  private List<ThresholdResult> of(TestRun run) {
    return thresholds.of(List.of(run.id())).getOrDefault(run.id(), List.of());
  }

  private static ThresholdResult result(State state) {
    return new ThresholdResult("checks", "rate>0.5", state, 0.25, false, state == State.FAILED, "It is \u0000 so.");
  }

  @Test
  void a_run_is_due_from_its_end_on_and_again_when_its_log_has_grown() {
    TestRun run = create(tenant(), ONE);
    log.append(run.id(), push("first"));
    assertThat(thresholds.due()).doesNotContain(run.id());
    assertThat(thresholds.due(run.id())).isEmpty();
    log.finish(run.id(), true, "{}".getBytes(StandardCharsets.UTF_8));

    assertThat(thresholds.due()).contains(run.id());
    assertThat(thresholds.due(run.id())).hasValueSatisfying(due -> {
      assertThat(due.throughSeq()).isEqualTo(2);
      assertThat(due.thresholds()).extracting(Threshold::expression).containsExactly("rate>0.5");
    });
    thresholds.put(run.id(), 2, List.of(result(State.PASSED)));
    assertThat(thresholds.due()).doesNotContain(run.id());
    log.append(run.id(), push("late"));
    assertThat(thresholds.due()).as("more may come").doesNotContain(run.id());
    ended(run, MetricLog.GRACE);
    assertThat(thresholds.due()).contains(run.id());
    ended(run, Duration.ofDays(2));
    assertThat(thresholds.due()).as("evaluated, and long ago").doesNotContain(run.id());
  }

  /** As if it had ended so much earlier. */
  private void ended(TestRun run, Duration earlier) {
    jdbc.sql("update run_head set finished_at = finished_at - ? * interval '1 second' where test_run_id = ?")
        .params(earlier.toSeconds(), run.id()).update();
  }

  @Test
  void a_run_that_was_never_evaluated_is_due_however_long_ago_it_ended() {
    TestRun run = finished(ONE);
    ended(run, Duration.ofDays(40));

    assertThat(thresholds.due()).contains(run.id());
  }

  @Test
  void results_of_a_part_of_the_log_are_not_shown_and_a_second_end_has_the_run_due_at_once() {
    TestRun run = create(tenant(), ONE);
    log.append(run.id(), push("first"));
    log.finish(run.id(), false, "{}".getBytes(StandardCharsets.UTF_8));
    thresholds.put(run.id(), 2, List.of(result(State.PASSED)));
    assertThat(of(run)).containsExactly(result(State.PASSED));

    log.append(run.id(), push("it goes on"));
    log.finish(run.id(), true, "{}".getBytes(StandardCharsets.UTF_8));
    assertThat(of(run)).extracting(ThresholdResult::state).containsExactly(State.PENDING);
    assertThat(thresholds.due()).contains(run.id());
    thresholds.put(run.id(), 4, List.of(result(State.FAILED)));
    assertThat(of(run)).containsExactly(result(State.FAILED));
  }

  @Test
  void what_cannot_be_evaluated_is_told_as_unknown_with_the_reason() {
    TestRun run = finished(ONE);
    thresholds.giveUp(run.id(), "It is so.");

    assertThat(of(run)).containsExactly(
        new ThresholdResult("checks", "rate>0.5", State.NO_DATA, null, false, false, "It is so."));
    assertThat(thresholds.due()).doesNotContain(run.id());
  }

  @Test
  void what_is_kept_comes_back() {
    TestRun run = finished(ONE);
    for (State state : State.values()) {
      jdbc.sql("update run_threshold set evaluated_seq = 0 where test_run_id = ?").param(run.id()).update();
      thresholds.put(run.id(), 1, List.of(result(state)));
      assertThat(of(run)).containsExactly(result(state));
    }
  }

  static Stream<Long> notMore() {
    return Stream.of(5L, 4L, 0L);
  }

  @ParameterizedTest
  @MethodSource("notMore")
  void results_never_go_back(long throughSeq) {
    TestRun run = finished(ONE);
    thresholds.put(run.id(), 5, List.of(result(State.FAILED)));
    thresholds.put(run.id(), throughSeq, List.of(result(State.PASSED)));

    assertThat(of(run)).containsExactly(result(State.FAILED));
  }

  @Test
  void a_run_whose_log_was_dropped_is_never_due() {
    TestRun run = finished(ONE);
    jdbc.sql("update test_run set log_dropped_at = now() where id = ?").param(run.id()).update();

    assertThat(thresholds.due()).doesNotContain(run.id());
    assertThat(thresholds.due(run.id())).isEmpty();
    assertThat(of(run)).extracting(ThresholdResult::state).containsExactly(State.NO_DATA);
    assertThat(of(run).getFirst().reason()).contains("log was deleted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "5", "\"x\""})
  void a_run_that_demands_nothing_costs_nothing(String demanded) {
    TestRun run = finished(demanded);

    assertThat(jdbc.sql("select count(*) from run_threshold where test_run_id = ?").param(run.id()).query(Long.class)
        .single()).isZero();
    assertThat(of(run)).isEmpty();
  }

  @Test
  void a_tenant_sees_its_own_and_decides_nothing() {
    Tenant mine = tenant();
    TestRun run = TenantWall.within(mine.id(), () -> create(mine, ONE));
    TestRun others = finished(ONE);

    List<Long> both = List.of(run.id(), others.id());
    assertThat(TenantWall.within(mine.id(), () -> thresholds.of(both))).containsOnlyKeys(run.id());
    assertThatThrownBy(() -> TenantWall.within(mine.id(), () -> {
      thresholds.put(run.id(), 1, List.of(result(State.PASSED)));
      return true;
    })).isInstanceOf(DataAccessException.class);
    assertThatThrownBy(() -> TenantWall.within(mine.id(),
        () -> jdbc.sql("insert into run_threshold (test_run_id) values (?)").param(others.id()).update()))
        .isInstanceOf(DataAccessException.class);
  }
}
