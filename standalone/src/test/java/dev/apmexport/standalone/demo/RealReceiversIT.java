package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.reconcile.ReadBackResult;
import dev.apmexport.exporter.reconcile.ReadBackResult.Difference;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import dev.apmexport.standalone.demo.FaultProxy.Fault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A recorded run exported over a line with faults, to receivers that others wrote: they hold what k6 measured, as far
 * as they can, and the report says no more and no less.
 */
@Timeout(480)
class RealReceiversIT {
  private static final int RESAMPLE_SECONDS = 1;
  private static final String SELECTOR = "{test_run_id=\"" + LibraryExport.TEST_RUN_ID + "\"}";
  private static final Duration HASTE = Duration.ofMillis(500);
  /** Every fault but the one that no sender can notice. */
  private static final EnumSet<Fault> NOTICED = EnumSet.complementOf(EnumSet.of(Fault.SWALLOWED));

  @TempDir
  private Path folder;
  private final Recording recording = new Recording(RecordedRun.ONE_SECOND);

  /** A program as it is started, and whether its block says that it takes samples out of order. */
  enum Receiver {
    PROMETHEUS, PROMETHEUS_OUT_OF_ORDER, VICTORIA_METRICS, VICTORIA_METRICS_ONE_VALUE;

    boolean isPrometheus() {
      return this == PROMETHEUS || this == PROMETHEUS_OUT_OF_ORDER;
    }

    RunningReceiver start(Path folder) throws Exception {
      return isPrometheus() ? RunningReceiver.prometheus(folder, outOfOrder())
          : RunningReceiver.victoriaMetrics(folder, this == VICTORIA_METRICS_ONE_VALUE);
    }

    Duration outOfOrder() {
      return this == PROMETHEUS_OUT_OF_ORDER ? Duration.ofHours(2) : Duration.ZERO;
    }
  }

  private record Outcome(ReconciliationReport report, ReadBackResult readBack, Comparison comparison) {
  }

  @ParameterizedTest
  @EnumSource
  void whatever_goes_wrong_on_the_way_every_point_is_there_once(Receiver receiver) throws Exception {
    try (RunningReceiver running = receiver.start(folder); var proxy = new FaultProxy(running.write())) {
      NOTICED.forEach(fault -> proxy.next(Fault.NONE, Fault.NONE, fault));
      NOTICED.forEach(fault -> proxy.next(fault, Fault.NONE));
      Outcome outcome = export(recording.pushes(), receiver, running, proxy);

      assertThat(outcome.comparison.allEqual())
          .as("%s%n%s", outcome.comparison.table(), outcome.comparison.differences()).isTrue();
      assertThat(outcome.report.exact()).as(outcome.report.toString()).isTrue();
      assertThat(outcome.readBack.verified()).as(outcome.readBack.toString()).isTrue();
      assertThat(outcome.readBack.pointsRead()).isEqualTo(outcome.comparison.expected())
          .isEqualTo(outcome.report.expected());
      assertThat(proxy.happened()).containsAll(NOTICED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void late_data_are_set_right_where_the_receiver_can_and_told_where_it_cannot(Receiver receiver) throws Exception {
    try (RunningReceiver running = receiver.start(folder); var proxy = new FaultProxy(running.write())) {
      proxy.next(Fault.TORN_AFTER, Fault.NONE, Fault.FAILED_AFTER);
      Outcome outcome = export(late(recording.pushes()), receiver, running, proxy);

      if (receiver == Receiver.PROMETHEUS_OUT_OF_ORDER) {
        assertThat(outcome.comparison.allEqual())
            .as("%s%n%s", outcome.comparison.table(), outcome.comparison.differences()).isTrue();
        assertThat(outcome.report.exact()).as(outcome.report.toString()).isTrue();
        assertThat(outcome.report.corrected()).as(outcome.report.toString()).isPositive();
        assertThat(outcome.readBack.verified()).as(outcome.readBack.toString()).isTrue();
      } else {
        assertTold(outcome);
      }
    }
  }

  /** What is not right is what was refused, point for point; the oracle sees no more wrong than that. */
  private static void assertTold(Outcome outcome) {
    assertThat(outcome.report.exact()).isFalse();
    assertThat(outcome.report.refused()).as(outcome.report.toString()).isPositive();
    assertThat(outcome.readBack.verified()).isFalse();
    assertThat(outcome.readBack.pointsRead()).isEqualTo(outcome.report.expected());
    assertThat(outcome.readBack.pointsDifferent()).as(outcome.readBack.toString())
        .isEqualTo(outcome.report.refused());
    List<Difference> told = Objects.requireNonNull(outcome.readBack.differences());
    assertThat(outcome.comparison.differences()).isNotEmpty().allSatisfy(wrong -> assertThat(told)
        .anyMatch(one -> one.series().equals(wrong.series().toString()) && one.atMillis() == wrong.timeMillis()));
  }

  @ParameterizedTest
  @EnumSource(names = {"PROMETHEUS", "VICTORIA_METRICS"})
  void a_loss_that_nobody_could_notice_is_found_by_reading_back(Receiver receiver) throws Exception {
    try (RunningReceiver running = receiver.start(folder); var proxy = new FaultProxy(running.write())) {
      proxy.next(Fault.NONE, Fault.NONE, Fault.NONE, Fault.NONE, Fault.NONE, Fault.SWALLOWED);
      Outcome outcome = export(recording.pushes(), receiver, running, proxy);

      assertThat(outcome.report.exact()).as("all was accepted as sent, and right").isTrue();
      assertThat(outcome.readBack.verified()).isFalse();
      long missing = outcome.comparison.expected() - outcome.comparison.equal();
      assertThat(outcome.readBack.pointsDifferent()).as(outcome.readBack.toString()).isEqualTo(missing).isPositive();
      assertThat(Objects.requireNonNull(outcome.readBack.differences())).hasSize((int) missing)
          .allMatch(one -> one.found() == null && one.expected() != null)
          .extracting(Difference::atMillis).containsOnly(outcome.comparison.differences().getFirst().timeMillis());
    }
  }

  private Outcome export(List<MetricSet> pushes, Receiver receiver, RunningReceiver running, FaultProxy proxy)
      throws Exception {
    try (var export = new LibraryExport(HASTE)) {
      ReconciliationReport report = export.run(recording.log(pushes), recording.bucketSeconds(),
          options(proxy.url(), running.query(), receiver));
      SortedMap<OutputSeries, SortedMap<Long, Double>> held = running.held().read(SELECTOR,
          recording.begin().minusSeconds(60), recording.begin().plusSeconds(120));
      return new Outcome(report, Objects.requireNonNull(report.readBack()),
          Comparison.of(recording.truth(RESAMPLE_SECONDS, DemoExport.expectations()), held));
    }
  }

  private static String options(URI write, URI query, Receiver receiver) {
    JsonNode options = JsonMapper.shared().readTree(DemoExport.options(write, RESAMPLE_SECONDS));
    ObjectNode block = (ObjectNode) options.at("/cloud/apm/0");
    block.put("queryURL", query.toString()).put("staleMarkers", true);
    if (!receiver.outOfOrder().isZero()) {
      block.put("outOfOrder", receiver.outOfOrder().toHours() + "h");
    }
    return options.toString();
  }

  /** Some pushes come a quarter of a minute after their turn, when their windows are long sealed. */
  private static List<MetricSet> late(List<MetricSet> pushes) {
    List<MetricSet> shuffled = new ArrayList<>(pushes);
    for (int i = 10; i < pushes.size() / 2; i += 12) {
      shuffled.remove(pushes.get(i));
      shuffled.add(Math.min(shuffled.size(), i + 30), pushes.get(i));
    }
    return shuffled;
  }
}
