package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.prometheus.Credentials;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Fault;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Rules;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Duration;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Receivers that come back when what waits for them is partly too old, and whose own samples move their head on. */
@Timeout(300)
class LongOutageTest {
  private static final int MINUTE = 60;
  private static final int BACK = 100 * MINUTE;

  private static String block(String more) {
    return "{'resampleRate':10,'includeDefaultMetrics':false,'metrics':['queue_length']" + more + "}";
  }

  private static void pushes(BlockRun run, int from, int to, boolean settling) throws InterruptedException {
    for (int second = from; second < to; second += 10) {
      run.push(second + 12, new MetricSets(1).gauge("queue_length", Labels.NONE, BlockRun.START + second, second));
      if (settling) {
        run.settle();
      }
    }
  }

  /** Away from the fifth minute of a run of so many minutes to the hundredth. */
  private static void outage(BlockRun run, int minutes) throws InterruptedException {
    run.prometheus.faults(() -> run.time.millis() >= (BlockRun.START + 5 * MINUTE) * 1000
        && run.time.millis() < (BlockRun.START + BACK) * 1000 ? Fault.BUSY : Fault.NONE);
    pushes(run, 0, 4 * MINUTE, true);
    pushes(run, 4 * MINUTE, minutes * MINUTE, false);
    run.finish();
  }

  private static ReconciliationReport reportOn(BlockRun run) throws InterruptedException {
    ReconciliationReport report = run.secondPass(0, 1);
    assertThat(report.pending()).isZero();
    assertThat(report.asExpected() + report.filled()).isEqualTo(held(run).size());
    assertThat(report.refused()).isEqualTo(report.expected() - held(run).size());
    return report;
  }

  private static NavigableMap<Long, Double> held(BlockRun run) {
    return run.received("k6_queue_length");
  }

  @ParameterizedTest
  @CsvSource({"'', 0", "'', 30", "',\"outOfOrder\":\"30m\"', 30", "',\"outOfOrder\":\"2h\"', 30"})
  void a_run_goes_on_with_what_is_young_enough_and_to_its_end(String more, int window) throws InterruptedException {
    try (BlockRun run = new BlockRun(Rules.prometheus(Duration.ofMinutes(window).toMillis()).scrapingItself(), 1_000,
        block(more))) {
      outage(run, 240);
      assertThat(run.status(0).state()).isEqualTo(ExportStatus.State.LIVE);
      assertThat(held(run).tailMap((BACK - 59L * MINUTE) * 1000)).hasSizeGreaterThanOrEqualTo((240 - 41) * 6 - 1);
      reportOn(run);
    }
  }

  @Test
  void one_that_answers_with_500_stops_the_run_for_some_minutes_and_not_for_ever() throws InterruptedException {
    try (BlockRun run = new BlockRun(
        Rules.prometheus(Duration.ofMinutes(30).toMillis()).scrapingItself().failingForTooOld(), 1_000,
        block(",'outOfOrder':'30m'"))) {
      outage(run, 240);
      assertThat(run.status(0).state()).isEqualTo(ExportStatus.State.LIVE);
      assertThat(held(run).tailMap((BACK - 50L * MINUTE) * 1000)).hasSizeGreaterThanOrEqualTo((240 - 50) * 6 - 1);
      assertThat(run.time.millis()).isLessThan((BlockRun.START + 242 * MINUTE) * 1000);
      reportOn(run);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",'outOfOrder':'30m'"})
  void a_run_that_ended_meanwhile_gets_what_is_young_enough(String more) throws InterruptedException {
    try (BlockRun run = new BlockRun(Rules.prometheus(Duration.ofMinutes(30).toMillis()).scrapingItself(), 1_000,
        block(more))) {
      outage(run, 70);
      reportOn(run);
      assertThat(held(run).tailMap((BACK - 59L * MINUTE) * 1000)).hasSizeGreaterThanOrEqualTo((70 - 41) * 6 - 1);
    }
  }

  @Test
  void a_replay_of_which_the_first_seconds_are_too_old_brings_all_the_others() throws InterruptedException {
    Duration window = Duration.ofHours(2);
    try (PlayedRun played = RandomRunTest.play(7, 0, Duration.ZERO);
        FakePrometheus empty = new FakePrometheus(played.time,
            Rules.prometheus(window.toMillis()).scrapingItself())) {
      long now = (MadeUpRun.START + 20) * 1000 + window.toMillis();
      played.time.sleep(Duration.ofMillis(now - played.time.millis()));
      Export export = new Export(0, new ExportConfig("prometheus", played.config.resampleRate(), false,
          PlayedRun.ENTRIES,
          new RemoteWriteConfig(empty.uri(), new Credentials.None(), new Amendment.OutOfOrder(window))),
          new InMemoryLedger());
      ReconciliationReport report = new Replay(played.settings, export, played.feed, played.means(),
          new Replay.Plan(Range.ALL, Duration.ofHours(1), played.time.instant()), new PassProgress()).run().report();
      long young = played.truth().points().values().stream()
          .mapToLong(points -> points.tailMap(now + 1_000 - window.toMillis(), true).size()).sum();
      assertThat(young).isPositive().isLessThan(report.expected());
      assertThat(empty.points()).isGreaterThanOrEqualTo(young);
      assertThat(report.asExpected() + report.filled()).isEqualTo(empty.points());
    }
  }
}
