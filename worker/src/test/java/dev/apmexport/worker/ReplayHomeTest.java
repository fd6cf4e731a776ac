package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Rules;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayPart.State;
import dev.apmexport.store.replay.ReplayRequest;
import dev.apmexport.store.replay.ReplayRequest.Mode;
import dev.apmexport.store.run.TestRun;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Replays to where their run went itself. */
class ReplayHomeTest extends WithReplays {
  private static final String OUT_OF_ORDER = ",\"outOfOrder\":\"2h\"";
  private static final String KEPT = "sent before with another value, which the destination may have kept";

  private ReplayPart everythingHome(TestRun run) {
    return over(ask(run, new ReplayRequest(Mode.EVERYTHING, null, null, null, null, false)));
  }

  private ReconciliationReport report(TestRun run) {
    return states().latestReports(List.of(export(run).id())).get(export(run).id());
  }

  @Test
  void a_destination_that_lost_everything_gets_it_all_again_and_the_report_is_exact() {
    TestRun run = ended(there.uri(), OUT_OF_ORDER);
    assertThat(report(run).exact()).isTrue();
    var held = there.content();
    assertThat(held).isEqualTo(truth(run, there));
    there.wipe();

    ReplayPart part = everythingHome(run);
    assertThat(part.state()).as("%s", part).isEqualTo(State.DONE);
    assertThat(there.content()).isEqualTo(held);
    assertThat(part.report().exact()).as("%s", part).isTrue();
    assertThat(part.report().expected()).isEqualTo(there.points());
    assertThat(part.progress().sent()).isEqualTo(there.points());
    assertThat(there.violations()).isEmpty();
  }

  /** One that keeps both of two values, and of which the block does not say that it takes older ones. */
  private FakePrometheus keepsBoth() {
    return new FakePrometheus(InstantSource.system(), Rules.victoriaMetrics());
  }

  /** A run with a gauge of which a value came late, when another had been sent. */
  private TestRun withALateGauge(FakePrometheus home) {
    us = tenant();
    TestRun run = run(us, "{\"apm\":[" + block(home.uri(), "") + "]}");
    long first = Instant.now().getEpochSecond() - AGO - BUCKETS;
    push(run, 1, AGO + BUCKETS + 1);
    gauge(run, first, BUCKETS, 1);
    await("the gauge is sent", () -> home.content().containsKey("k6_vus") && home.content().get("k6_vus").size() > 9);
    gauge(run, first + 5, 1, 7);
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    endedSecondsAgo(run, 250);
    return run;
  }

  private void gauge(TestRun run, long first, int buckets, double value) {
    MetricSets samples = new MetricSets(1);
    for (long bucket = first; bucket < first + buckets; bucket++) {
      samples.gauge("vus", Labels.NONE, bucket, value);
    }
    log.append(run.id(), new MetricLog.Entry(Kind.METRIC_SET, "", "gauge-" + first + "-" + value, Duration.ofHours(1),
        first, first + buckets - 1, samples.packed()));
  }

  @Test
  void a_destination_that_kept_an_earlier_value_is_not_said_to_hold_the_right_one() {
    try (FakePrometheus home = keepsBoth()) {
      TestRun run = withALateGauge(home);
      assertThat(report(run).refused()).isPositive();

      ReplayPart part = everythingHome(run);
      assertThat(part.state()).isEqualTo(State.DONE);
      assertThat(home.violations()).isNotEmpty();
      assertThat(part.report().exact()).isFalse();
      assertThat(part.report().refused()).isEqualTo(report(run).refused());
      assertThat(part.report().reason()).isEqualTo(KEPT);
      assertThat(part.progress().sent()).as("all is sent all the same").isEqualTo(part.report().expected());
    }
  }

  @Test
  void it_is_the_same_destination_though_its_block_is_given_anew_since_the_runs_secrets_are_gone() {
    try (FakePrometheus home = keepsBoth()) {
      TestRun run = withALateGauge(home);
      jdbc.sql("delete from secret where owner = ?").param("export/" + export(run).id()).update();

      ReplayPart first = over(everything(run, home.uri(), ""));
      assertThat(first.report().reason()).isEqualTo(KEPT);
      ReplayPart difference = over(ask(run, new ReplayRequest(Mode.DIFFERENCE, 0, null, null,
          node(block(home.uri(), "")), false)));
      assertThat(difference.report().revision()).as("it goes on with the first one's ledger").isEqualTo(2);
      assertThat(difference.report().reason()).isEqualTo(KEPT);
    }
  }

  @Test
  void elsewhere_nothing_was_sent_before() {
    try (FakePrometheus home = keepsBoth()) {
      TestRun run = withALateGauge(home);
      ReplayPart part = over(everything(run, there.uri(), OUT_OF_ORDER));
      assertThat(part.report().exact()).as("%s", part).isTrue();
    }
  }
}
