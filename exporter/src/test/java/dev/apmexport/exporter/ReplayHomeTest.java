package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.MadeUpRun.Push;
import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Rules;
import dev.apmexport.exporter.source.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An ended run, sent once more to where it went before: what that was is told by another ledger than the replay's own. */
@Timeout(300)
class ReplayHomeTest {
  private static final long START = MadeUpRun.START;
  private static final Duration WINDOW = Duration.ofHours(2);
  private static final String KEPT = "sent before with another value, which the destination may have kept";

  /** A run whose receiver answers every request. */
  private static PlayedRun play(Duration declared, Rules rules) throws InterruptedException {
    MadeUpRun run = new MadeUpRun(new Random(7), 2, 1, 60);
    PlayedRun played = new PlayedRun(run, 3, declared, rules);
    for (Push push : run.pushes(0)) {
      played.append(push);
      played.advance();
    }
    played.finish();
    return played;
  }

  /** Data that comes after the end changes points of all kinds. */
  private static void late(PlayedRun played, double value) {
    List<Sample> samples = List.of(new Sample(0, MetricType.GAUGE, "queue_length", Labels.NONE, START + 6, value),
        new Sample(0, MetricType.TREND, "http_req_duration", Labels.NONE, START + 9, 500 * value));
    played.feed.append(LogRecord.Kind.METRIC_SET, "load-0", played.time.millis(),
        new Push(0, 0, samples).payload(played.run.period));
    played.appended.addAll(samples);
  }

  private static ReconciliationReport replay(PlayedRun played, Forerunner... before) throws InterruptedException {
    return replay(played, played.config, new InMemoryLedger(), before);
  }

  private static ReconciliationReport replay(PlayedRun played, ExportConfig config, Ledger ledger,
      Forerunner... before) throws InterruptedException {
    Replay.Plan plan = new Replay.Plan(Range.ALL, Duration.ofHours(1), played.time.instant(), List.of(before));
    return new Replay(played.settings, new Export(0, config, ledger), played.feed, played.means(), plan,
        new PassProgress()).run().report();
  }

  private static Forerunner own(PlayedRun played) {
    return new Forerunner(new Export(0, played.config, played.ledger), FirstPass.LIVE);
  }

  private static Forerunner earlier(PlayedRun played, ExportConfig config, Ledger ledger) {
    return new Forerunner(new Export(0, config, ledger), new FirstPass(true, Range.ALL));
  }

  /** The report refuses every point that is not as it should be; returns how many are not. */
  private static long assertHonest(PlayedRun played, ReconciliationReport report) {
    List<String> wrong = new ArrayList<>();
    played.truth().points().forEach((series, points) -> {
      NavigableMap<Long, Double> held = played.prometheus.content().getOrDefault(series, new TreeMap<>());
      points.forEach((at, value) -> {
        if (!PlayedRun.same(held.get(at), value)) {
          wrong.add(series);
          assertThat(report.refusals()).as("%s @%d is %s, should be %s", series, at, held.get(at), value)
              .anyMatch(one -> one.series().equals(series) && one.fromMillis() <= at && at <= one.toMillis());
        }
      });
    });
    assertThat(report.refused()).isGreaterThanOrEqualTo(wrong.size());
    assertThat(report.expected()).isEqualTo(played.truth().size())
        .isEqualTo(report.asExpected() + report.filled() + report.corrected() + report.refused() + report.pending());
    assertThat(report.exact()).isEqualTo(report.refused() == 0);
    return wrong.size();
  }

  @Test
  void a_point_that_could_be_set_right_once_only_is_not_called_right_because_it_was_sent_again()
      throws InterruptedException {
    try (PlayedRun played = play(WINDOW, Rules.prometheus(WINDOW.toMillis()))) {
      played.secondPass(1);
      late(played, 1_000);
      assertThat(played.secondPass(2).report().exact()).isTrue();
      late(played, 2_000);
      ReconciliationReport before = played.secondPass(3).report();
      assertThat(before.refused()).isPositive();

      ReconciliationReport report = replay(played, own(played));
      assertThat(assertHonest(played, report)).isEqualTo(report.refused()).isPositive();
      assertThat(report.reason()).isEqualTo(KEPT);
    }
  }

  @Test
  void a_receiver_that_takes_whatever_comes_is_not_believed_to_hold_the_later_value() throws InterruptedException {
    try (PlayedRun played = play(Duration.ZERO, Rules.victoriaMetrics())) {
      late(played, 1_000);
      ReconciliationReport before = played.secondPass(1).report();
      assertThat(before.refused()).isPositive();

      ReconciliationReport report = replay(played, own(played));
      assertThat(played.prometheus.violations()).as("both values are kept").isNotEmpty();
      assertThat(report.refused()).isEqualTo(before.refused());
      assertThat(report.reason()).isEqualTo(KEPT);
    }
  }

  @Test
  void what_was_right_before_is_right_whatever_became_of_the_destination() throws InterruptedException {
    try (PlayedRun played = play(WINDOW, Rules.prometheus(WINDOW.toMillis()))) {
      late(played, 1_000);
      assertThat(played.secondPass(1).report().exact()).isTrue();
      ReconciliationReport kept = replay(played, own(played));
      assertThat(kept.exact()).as("%s", kept).isTrue();
      assertThat(assertHonest(played, kept)).isZero();

      played.prometheus.wipe();
      ReconciliationReport wiped = replay(played, own(played));
      assertThat(wiped.exact()).as("%s", wiped).isTrue();
      assertThat(assertHonest(played, wiped)).isZero();
      assertThat(played.prometheus.points()).isEqualTo(played.truth().size());
    }
  }

  @Test
  void an_earlier_replay_by_other_rules_counts_like_the_run_itself() throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(7, 0.03, WINDOW)) {
      played.secondPass(1);
      played.prometheus.wipe();
      ExportConfig finer = new ExportConfig("prometheus", played.config.resampleRate() * 2, false, PlayedRun.ENTRIES,
          played.config.sink());
      InMemoryLedger theirs = new InMemoryLedger();
      assertThat(replay(played, finer, theirs).exact()).isTrue();

      ReconciliationReport report = replay(played, earlier(played, finer, theirs));
      assertThat(assertHonest(played, report)).isPositive();
      assertThat(report.asExpected()).isPositive();
    }
  }

  @Test
  void a_replay_that_was_interrupted_may_have_sent_more_than_its_ledger_shows_as_settled()
      throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(7, 0, WINDOW)) {
      played.exporter.close();
      played.prometheus.wipe();
      InMemoryLedger theirs = new InMemoryLedger();
      for (int tries = 1; tries < 30; tries += 3) {
        try {
          theirs = theirs.takeOver();
          replay(played, played.config, new DyingLedger(theirs, tries));
        } catch (Fenced died) {
          assertThat(died).hasMessage("died");
        }
      }
      late(played, 1_000);
      ReconciliationReport report = replay(played, earlier(played, played.config, theirs));
      assertHonest(played, report);
      assertThat(report.refusals()).as("what was sent of another log is not known any more")
          .anyMatch(refusal -> refusal.reason().equals(KEPT));
    }
  }

  @Test
  void a_forerunner_whose_steps_cannot_be_made_again_leaves_nothing_certain() throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(9, 0, WINDOW)) {
      played.exporter.close();
      InMemoryLedger forged = played.forgedLedger();
      Export other = new Export(0, played.config, forged);
      ReconciliationReport report = replay(played, new Forerunner(other, FirstPass.LIVE));
      assertThat(report.refused()).isEqualTo(report.expected());
      assertThat(report.reason()).isEqualTo(KEPT);
    }
  }

  /** Datadog shows what it was told last. */
  @Test
  void where_the_last_value_stands_nothing_sent_before_is_in_the_way() throws InterruptedException {
    try (DatadogRun run = datadog(5)) {
      assertThat(run.held("k6.http_reqs[]", START + 20)).isEqualTo(3);
      ReconciliationReport report = run.replay().run().report();
      assertThat(report.exact()).as("%s", report).isTrue();
      assertThat(run.held("k6.http_reqs[]", START + 20)).isEqualTo(8);
    }
  }

  @Test
  void a_survey_leaves_out_what_datadog_would_drop() throws InterruptedException {
    try (DatadogRun run = datadog(0)) {
      assertThat(run.replay().survey().points()).isEqualTo(6);
      assertThat(run.replay().survey().tooOld()).isZero();
      run.time.sleep(Duration.ofHours(2));
      Replay.Survey survey = run.replay().survey();
      assertThat(survey.points()).isZero();
      assertThat(survey.steps()).isZero();
      assertThat(survey.series()).isZero();
      assertThat(survey.toMillis()).isLessThan(survey.fromMillis());
      assertThat(survey.tooOld()).isEqualTo(6);
      int requests = run.datadog.requests();
      assertThat(run.replay().run().report().refused()).isEqualTo(6);
      assertThat(run.datadog.requests()).isEqualTo(requests);
    }
  }

  @Test
  void a_survey_counts_what_is_older_than_an_out_of_order_window() throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(7, 0, WINDOW)) {
      assertThat(survey(played).beyondWindow()).isZero();
      long half = START * 1_000 + played.run.seconds * 500L;
      played.time.sleep(Duration.ofMillis(half + WINDOW.toMillis() - played.time.millis()));
      long older = played.truth().points().values().stream().mapToLong(points -> points.headMap(half).size()).sum();
      assertThat(survey(played).beyondWindow()).isEqualTo(older).isPositive();
      assertThat(survey(played).points()).isEqualTo(played.truth().size());
      assertThat(survey(played).tooOld()).isZero();
    }
  }

  private static Replay.Survey survey(PlayedRun played) throws InterruptedException {
    return new Replay(played.settings, new Export(0, played.config, new InMemoryLedger()), played.feed,
        played.means(), new Replay.Plan(Range.ALL, Duration.ofHours(1), played.time.instant()), new PassProgress())
        .survey();
  }

  /** A run of six points of 3, of which the third should have so many more, since they came late. */
  private static DatadogRun datadog(double late) throws InterruptedException {
    DatadogRun run = new DatadogRun(START, 1, 10, List.of(PlayedRun.entry("http_reqs", null)));
    for (int second = 0; second < 60; second += 10) {
      push(run, second, 3);
    }
    if (late > 0) {
      push(run, 20, late);
    }
    run.finish();
    return run;
  }

  private static void push(DatadogRun run, int second, double count) throws InterruptedException {
    run.append(START + second + 12, "", new Push(second, 0,
        List.of(new Sample(0, MetricType.COUNTER, "http_reqs", Labels.NONE, START + second, count))).payload(1));
    run.advance();
    run.settle();
  }
}
