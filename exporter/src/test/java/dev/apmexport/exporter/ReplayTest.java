package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.PointLimit;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.prometheus.Credentials;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Fault;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An ended run, sent once more from its log into a Prometheus that holds nothing and takes samples out of order. */
@Timeout(300)
class ReplayTest {
  private static final Duration WINDOW = Duration.ofHours(2);

  private PlayedRun played;
  private FakePrometheus empty;
  private InMemoryLedger ledger = new InMemoryLedger();
  private final PassProgress progress = new PassProgress();

  @BeforeEach
  void play() throws InterruptedException {
    played = RandomRunTest.play(7, 0.03, Duration.ZERO);
    empty = new FakePrometheus(played.time, WINDOW.toMillis());
  }

  @AfterEach
  void close() {
    played.close();
    empty.close();
  }

  private Replay replay(Range range, Ledger with) {
    return replay(range, with, Duration.ofHours(1), PointLimit.NONE);
  }

  private Replay replay(Range range, Ledger with, Duration patience, PointLimit limit) {
    RemoteWriteConfig destination = new RemoteWriteConfig(empty.uri(), new Credentials.None(),
        new Amendment.OutOfOrder(WINDOW));
    ExportConfig config = new ExportConfig("prometheus", played.config.resampleRate(), false, PlayedRun.ENTRIES,
        destination);
    Export export = new Export(0, config, with);
    return new Replay(played.settings, export, played.feed,
        new Exporter.Means(played.http, RetryPolicy.standard(), played.time, played.time.threads()).limitedTo(limit),
        new Replay.Plan(range, patience, played.time.instant()), progress);
  }

  @Test
  void it_sends_every_point_of_the_complete_log_once() throws InterruptedException {
    ReconciliationReport report = replay(Range.ALL, ledger).run().report();
    assertHeldIsTrue();
    assertThat(report.exact()).as("%s", report).isTrue();
    assertThat(report.expected()).isEqualTo(report.asExpected()).isEqualTo(played.truth().size());
    assertThat(progress.sent()).isEqualTo(report.expected());
    assertThat(progress.stepsDone()).isEqualTo(progress.steps());
  }

  @Test
  void a_survey_tells_what_would_be_sent_and_sends_nothing() throws InterruptedException {
    Replay.Survey survey = replay(Range.ALL, ledger).survey();
    assertThat(empty.requests()).isZero();
    assertThat(survey.points()).isEqualTo(played.truth().size());
    assertThat(survey.series()).isEqualTo(played.truth().points().size());
    replay(Range.ALL, ledger).run();
    assertThat(empty.requests()).isEqualTo(survey.steps());
  }

  @Test
  void twice_is_once() throws InterruptedException {
    replay(Range.ALL, ledger).run();
    int requests = empty.requests();
    ReconciliationReport again = replay(Range.ALL, ledger.takeOver()).run().report();
    assertThat(empty.requests()).isEqualTo(requests);
    assertThat(again.exact()).isTrue();
    replay(Range.ALL, new InMemoryLedger()).run();
    assertHeldIsTrue();
  }

  @Test
  void an_interrupted_one_goes_on_where_it_was() throws InterruptedException {
    Random random = new Random(3);
    for (int tries = 0; tries < 5; tries++) {
      try {
        ledger = ledger.takeOver();
        replay(Range.ALL, new DyingLedger(ledger, 5 + random.nextInt(30))).run();
      } catch (Fenced died) {
        assertThat(died).hasMessage("died");
      }
    }
    ReconciliationReport report = replay(Range.ALL, ledger.takeOver()).run().report();
    assertHeldIsTrue();
    assertThat(report.exact()).as("%s", report).isTrue();
    assertThat(progress.stepsDone()).isPositive();
  }

  @Test
  void a_range_holds_the_same_values_as_the_whole() throws InterruptedException {
    long from = (MadeUpRun.START + 20) * 1_000;
    Range range = new Range(from, from + 15_000);
    ReconciliationReport report = replay(range, ledger).run().report();
    assertThat(report.exact()).as("%s", report).isTrue();
    long expected = 0;
    for (var series : played.truth().points().entrySet()) {
      var wanted = series.getValue().subMap(range.fromMillis(), true, range.toMillis(), false);
      expected += wanted.size();
      wanted.forEach((at, value) -> assertThat(PlayedRun.same(empty.content().get(series.getKey()).get(at), value))
          .as("%s @%d", series.getKey(), at).isTrue());
    }
    assertThat(empty.points()).isEqualTo(report.expected()).isEqualTo(expected).isPositive();
  }

  @Test
  void a_destination_that_fails_now_and_then_gets_every_point_once() throws InterruptedException {
    Random faults = new Random(5);
    empty.faults(() -> {
      synchronized (faults) {
        return faults.nextInt(3) == 0 ? Fault.values()[faults.nextInt(Fault.values().length)] : Fault.NONE;
      }
    });
    ReconciliationReport report = replay(Range.ALL, ledger).run().report();
    assertHeldIsTrue();
    assertThat(report.exact()).as("%s", report).isTrue();
  }

  @Test
  void a_destination_that_goes_on_taking_points_may_take_its_time() throws InterruptedException {
    Instant begin = played.time.instant();
    Replay slow = replay(Range.ALL, ledger, Duration.ofMinutes(2), PointLimit.of(1, played.time));
    SecondPass.Result result = slow.run();
    assertThat(result.gaveUp()).isFalse();
    assertThat(result.report().exact()).as("%s", result.report()).isTrue();
    assertThat(Duration.between(begin, played.time.instant())).isGreaterThan(Duration.ofMinutes(5));
  }

  @Test
  void one_that_takes_nothing_more_is_given_up_once_the_patience_is_over() throws InterruptedException {
    empty.faults(() -> empty.points() < 50 ? Fault.NONE : Fault.BUSY);
    Instant begin = played.time.instant();
    SecondPass.Result result = replay(Range.ALL, ledger, Duration.ofMinutes(10), PointLimit.NONE).run();
    assertThat(result.gaveUp()).isTrue();
    assertThat(result.report().pending()).isEqualTo(played.truth().size() - empty.points()).isPositive();
    assertThat(Duration.between(begin, played.time.instant())).isLessThan(Duration.ofMinutes(20));
  }

  private void assertHeldIsTrue() {
    played.truth().points().forEach((series, points) -> {
      assertThat(empty.content().get(series).keySet()).as(series).isEqualTo(points.keySet());
      points.forEach((at, value) -> assertThat(PlayedRun.same(empty.content().get(series).get(at), value))
          .as("%s @%d", series, at).isTrue());
    });
    assertThat(empty.points()).isEqualTo(played.truth().size());
    assertThat(empty.violations()).isEmpty();
  }
}
