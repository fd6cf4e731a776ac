package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.MadeUpRun.Push;
import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Fault;
import dev.apmexport.exporter.source.LogRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SecondPassTest {
  private static final long START = MadeUpRun.START;

  @Test
  void a_push_after_the_end_is_told_by_a_closing_point_of_the_next_revision() throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(7, 0, Duration.ZERO)) {
      assertThat(played.secondPass(1).report().exact()).isTrue();
      Map<String, NavigableMap<Long, Double>> before = played.prometheus.content();
      late(played,
          new Sample(0, MetricType.COUNTER, "http_reqs", Labels.of("url", "/", "status", "200"), START + 6, 1_000),
          new Sample(0, MetricType.GAUGE, "queue_length", Labels.NONE, START + 6, 1_000));
      ReconciliationReport second = played.secondPass(2).report();
      played.assertTrue(second, "revision 2");
      assertThat(second.revision()).isEqualTo(2);
      assertThat(second.filled()).isEqualTo(1);
      NavigableMap<Long, Double> reqs = played.prometheus.content().get("k6_http_reqs");
      int step = (int) ((reqs.lastKey() - before.get("k6_http_reqs").lastKey()) / 1000);
      assertThat(step).isEqualTo(Window.effectiveSeconds(played.config.resampleRate(), played.run.period));
      assertThat(reqs.lastEntry().getValue()).isEqualTo(before.get("k6_http_reqs").lastEntry().getValue() + 1_000);
      assertThat(played.prometheus.content().get("k6_queue_length")).isEqualTo(before.get("k6_queue_length"));
    }
  }

  @Test
  void data_beyond_the_end_continues_every_series() throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(8, 0, Duration.ZERO)) {
      assertThat(played.secondPass(1).report().exact()).isTrue();
      long later = Math.floorDiv(START + played.run.seconds + 60, (long) played.run.period) * played.run.period;
      late(played, new Sample(0, MetricType.COUNTER, "http_reqs", Labels.of("url", "/", "status", "200"), later, 5));
      assertThat(played.assertTrue(played.secondPass(2).report(), "revision 2")).isZero();
      late(played,
          new Sample(0, MetricType.COUNTER, "http_reqs", Labels.of("url", "/", "status", "200"), START + 9, 5));
      late(played,
          new Sample(0, MetricType.COUNTER, "http_reqs", Labels.of("url", "/", "status", "200"), later + 30, 5));
      played.assertTrue(played.secondPass(3).report(), "revision 3");
      late(played, new Sample(0, MetricType.TREND, "http_req_duration", Labels.NONE, START + 9, 5));
      played.assertTrue(played.secondPass(4).report(), "revision 4");
      played.assertTrue(played.secondPass(5).report(), "revision 5");
    }
  }

  @Test
  void what_an_interrupted_pass_may_have_sent_is_settled_before_the_next_revision_decides()
      throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(10, 0, Duration.ZERO)) {
      Labels labels = Labels.of("url", "/", "status", "200");
      late(played, new Sample(0, MetricType.COUNTER, "http_reqs", labels, START + 6, 1_000));
      played.exporter.close();
      played.ledger = played.ledger.takeOver();
      long before = played.prometheus.points();
      assertThatThrownBy(() -> played.secondPass(1, new DyingLedger(played.ledger, 1), Duration.ofMinutes(5)))
          .isInstanceOf(Fenced.class);
      assertThat(played.prometheus.points()).as("the closing point arrived, its acceptance was not noted")
          .isEqualTo(before + 1);
      late(played, new Sample(0, MetricType.COUNTER, "http_reqs", labels, START + 6, 500));
      ReconciliationReport report = played.secondPass(2).report();
      played.assertTrue(report, "revision 2");
      assertThat(played.prometheus.points()).isEqualTo(before + 2);
      assertThat(played.prometheus.refused()).isZero();
    }
  }

  /** What Datadog is told last stands, even where it was sent first. */
  @Test
  void a_correction_at_datadog_waits_for_a_request_that_was_given_up() throws InterruptedException {
    try (DatadogRun run = new DatadogRun(START, 1, 10, List.of(PlayedRun.entry("http_reqs", null)))) {
      List<Sample> samples = new ArrayList<>();
      Instant arrived = playWithLostAnswers(run, samples);
      SecondPass.Result result = run.result(1);
      assertThat(result.again()).isEqualTo(arrived);
      assertThat(result.gaveUp()).isFalse();
      assertThat(result.report().pending()).isEqualTo(1);
      assertThat(run.held("k6.http_reqs[]", START + 20)).isEqualTo(3);
      run.time.sleep(Duration.between(run.time.instant(), arrived));
      SecondPass.Result next = run.result(2);
      assertThat(next.again()).isNull();
      run.assertExact(next.report(), samples, 10, "after the last arrival");
      assertThat(next.report().corrected()).isEqualTo(1);
    }
  }

  /** A replay's has nobody who would come back. */
  @Test
  void a_pass_to_the_end_waits_for_the_last_arrival_and_corrects_under_the_same_revision()
      throws InterruptedException {
    try (DatadogRun run = new DatadogRun(START, 1, 10, List.of(PlayedRun.entry("http_reqs", null)))) {
      List<Sample> samples = new ArrayList<>();
      Instant arrived = playWithLostAnswers(run, samples);
      SecondPass.Result result = run.pass(1).runToTheEnd();
      assertThat(result.again()).isNull();
      assertThat(result.gaveUp()).isFalse();
      assertThat(run.time.instant()).isBetween(arrived, arrived.plusSeconds(10));
      run.assertExact(result.report(), samples, 10, "after the last arrival");
      assertThat(result.report().corrected()).isEqualTo(1);
      assertThat(result.report().revision()).isEqualTo(1);
    }
  }

  @Test
  void a_pass_to_the_end_waits_no_longer_than_its_destination_is_tried() throws InterruptedException {
    try (DatadogRun run = new DatadogRun(START, 1, 10, List.of(PlayedRun.entry("http_reqs", null)))) {
      List<Sample> samples = new ArrayList<>();
      for (int second = 0; second < 60; second += 10) {
        push(run, samples, second, 3);
      }
      run.loseAnswers();
      push(run, samples, 20, 5);
      run.finish();
      Instant now = run.time.instant();
      SecondPass.Result result = run.pass(1, Duration.ofSeconds(60)).runToTheEnd();
      assertThat(run.time.instant()).isBefore(now.plusSeconds(60));
      assertThat(result.gaveUp()).isTrue();
      assertThat(result.report().pending()).isEqualTo(1);
    }
  }

  /** A run with late data, the answers to which are lost; returns when the last request has arrived. */
  private static Instant playWithLostAnswers(DatadogRun run, List<Sample> samples) throws InterruptedException {
    for (int second = 0; second < 60; second += 10) {
      push(run, samples, second, 3);
    }
    Instant arrived = run.loseAnswers().plusSeconds(200);
    push(run, samples, 20, 5);
    run.finish();
    return arrived;
  }

  private static void push(DatadogRun run, List<Sample> samples, int second, double count) throws InterruptedException {
    List<Sample> now = List.of(new Sample(0, MetricType.COUNTER, "http_reqs", Labels.NONE, START + second, count));
    samples.addAll(now);
    run.append(START + second + 12, "", new Push(second, 0, now).payload(1));
    run.advance();
    run.settle();
  }

  private static void late(PlayedRun played, Sample sample, Sample... more) {
    List<Sample> samples = new ArrayList<>(List.of(sample));
    samples.addAll(List.of(more));
    Push push = new Push(0, 0, samples);
    played.feed.append(LogRecord.Kind.METRIC_SET, "load-0", played.time.millis(), push.payload(played.run.period));
    played.appended.addAll(samples);
  }

  @Test
  void a_run_whose_live_pass_never_ran_is_exported_whole_whatever_the_order_of_its_log() throws InterruptedException {
    long base = System.nanoTime();
    for (long seed = base; seed < base + 5; seed++) {
      Random random = new Random(seed);
      MadeUpRun run = new MadeUpRun(random, 1 + random.nextInt(3), 1 + random.nextInt(3), 60);
      try (PlayedRun played = new PlayedRun(run, 1 + random.nextInt(10), Duration.ZERO)) {
        List<Push> pushes = run.pushes(0.2);
        Collections.shuffle(pushes, random);
        played.time.sleep(Duration.ofMinutes(3));
        for (Push push : pushes) {
          played.append(new Push(START + 180, push.generator(), push.samples()));
        }
        played.feed.finish(played.time.millis());
        ReconciliationReport report = played.secondPass(1).report();
        assertThat(played.assertTrue(report, "seed " + seed)).as("seed " + seed).isZero();
        assertThat(report.filled()).isEqualTo(report.expected());
      }
    }
  }

  @Test
  void a_destination_that_is_down_until_the_deadline_leaves_points_pending_and_a_later_try_sends_them()
      throws InterruptedException {
    try (PlayedRun played = new PlayedRun(new MadeUpRun(new Random(3), 1, 1, 30), 3, Duration.ZERO)) {
      for (Push push : played.run.pushes(0)) {
        played.append(push);
      }
      played.feed.finish(played.time.millis());
      played.prometheus.faults(() -> Fault.BUSY);
      SecondPass.Result result = played.secondPass(1);
      assertThat(result.gaveUp()).isTrue();
      assertThat(result.report().exact()).isFalse();
      assertThat(result.report().reason()).isEqualTo("pending");
      assertThat(result.report().pending()).isEqualTo(result.report().expected()).isEqualTo(played.truth().size());
      played.prometheus.faults(() -> Fault.NONE);
      SecondPass.Result again = played.secondPass(1);
      assertThat(again.gaveUp()).isFalse();
      assertThat(again.report().refused()).as("the receiver takes nothing older than an hour before its newest")
          .isZero();
      assertThat(played.assertTrue(again.report(), "again")).isZero();
    }
  }

  @Test
  void after_the_deadline_nothing_is_sent_and_all_is_told_as_pending() throws InterruptedException {
    try (PlayedRun played = new PlayedRun(new MadeUpRun(new Random(3), 1, 1, 30), 3, Duration.ZERO)) {
      for (Push push : played.run.pushes(0)) {
        played.append(push);
      }
      played.feed.finish(played.time.millis());
      played.exporter.close();
      SecondPass.Result result = played.secondPass(1, played.ledger.takeOver(), Duration.ZERO);
      assertThat(played.prometheus.requests()).isZero();
      assertThat(result.gaveUp()).isTrue();
      assertThat(result.report().pending()).isEqualTo(played.truth().size());
      assertThat(result.throughSeq()).isEqualTo(played.feed.head());
    }
  }

  @Test
  void what_another_fold_version_has_sent_is_unproven() throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(9, 0, Duration.ZERO)) {
      played.exporter.close();
      InMemoryLedger forged = played.forgedLedger();
      ReconciliationReport report = played.secondPass(1, forged, Duration.ofMinutes(5)).report();
      assertThat(report.exact()).isFalse();
      assertThat(report.reason()).isEqualTo("unproven");
    }
  }

  /** Whatever is booked after it would say that it has arrived. */
  @Test
  void nothing_follows_a_batch_of_which_it_is_not_known_whether_it_arrived() throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(11, 0.03, Duration.ofMinutes(30))) {
      played.exporter.close();
      played.prometheus.faults(() -> Fault.LOST);
      played.ledger = played.ledger.takeOver();
      try {
        played.secondPass(1, new DyingLedger(played.ledger, 1), Duration.ofMinutes(5));
      } catch (Fenced died) {
        assertThat(died).hasMessage("died");
      }
      played.ledger = played.ledger.takeOver();
      ReconciliationReport report = played.secondPass(1, played.ledger, Duration.ofSeconds(20)).report();
      assertThat(report.filled() + report.corrected()).as("%s", report).isZero();
      assertThat(report.pending()).isPositive();
    }
  }

  @Test
  void a_run_without_samples_is_exact() throws InterruptedException {
    try (PlayedRun played = new PlayedRun(new MadeUpRun(new Random(3), 1, 1, 30), 3, Duration.ZERO)) {
      ReconciliationReport empty = played.secondPass(1).report();
      assertThat(empty.exact()).isTrue();
      played.feed.finish(played.time.millis());
      assertThat(played.secondPass(2).report())
          .isEqualTo(new ReconciliationReport(2, true, null, 0, 0, 0, 0, 0, 0, List.of()));
    }
  }

  @Test
  void a_series_that_was_poison_to_the_live_pass_is_tried_again() throws InterruptedException {
    try (PlayedRun played = new PlayedRun(new MadeUpRun(new Random(5), 1, 1, 40), 2, Duration.ZERO)) {
      played.prometheus.poison("k6_vus");
      for (Push push : played.run.pushes(0)) {
        played.append(push);
        played.advance();
      }
      played.finish();
      assertThat(played.exporter.status(0).points().rejected()).isPositive();
      assertThat(played.prometheus.content()).doesNotContainKey("k6_vus").hasSizeGreaterThan(5);
      played.prometheus.poison("");
      assertThat(played.assertTrue(played.secondPass(1).report(), "poison")).isZero();
    }
  }
}
