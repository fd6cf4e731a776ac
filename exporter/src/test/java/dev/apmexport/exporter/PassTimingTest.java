package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Things that happen between two acts of a pass. */
@Timeout(300)
class PassTimingTest {
  private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

  @Test
  void corrections_that_waited_when_a_pass_began_are_left_to_the_next_one() throws InterruptedException {
    try (PlayedRun played = RandomRunTest.play(11, 0.03, HALF_AN_HOUR)) {
      played.exporter.close();
      played.ledger = played.ledger.takeOver();
      Instant lastPush = played.time.instant().plusSeconds(5);
      RunFeed slow = new SlowFeed(played, Duration.ofSeconds(10));
      SecondPass.Result result = pass(played, slow, 1, lastPush);
      assertThat(result.early()).as("%s", result).isTrue();
      assertThat(result.report().pending()).isPositive();
      SecondPass.Result next = pass(played, played.feed, 2, lastPush);
      assertThat(next.early()).isFalse();
      assertThat(next.report().pending()).isZero();
      assertThat(next.report().corrected() + PlayedRun.doubted(next.report())).isPositive();
      played.assertTrue(next.report(), "after the grace");
    }
  }

  private static SecondPass.Result pass(PlayedRun played, RunFeed feed, int revision, Instant lastPush)
      throws InterruptedException {
    SecondPass.Order order = SecondPass.Order.of(revision, played.time.instant().plus(HALF_AN_HOUR))
        .correctingFrom(lastPush);
    return new SecondPass(played.settings, new Export(0, played.config, played.ledger), feed, played.means(), order)
        .run();
  }

  /** A feed of which the second reading begins late. */
  private static final class SlowFeed implements RunFeed {
    private final PlayedRun played;
    private final Duration pause;
    private int readings;

    SlowFeed(PlayedRun played, Duration pause) {
      this.played = played;
      this.pause = pause;
    }

    @Override
    public List<LogRecord> read(long afterSeq, int limit) {
      if (afterSeq == 0 && ++readings == 2) {
        try {
          played.time.sleep(pause);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return played.feed.read(afterSeq, limit);
    }

    @Override
    public long[] firstBuckets(long throughSeq) {
      return played.feed.firstBuckets(throughSeq);
    }

    @Override
    public long head() {
      return played.feed.head();
    }
  }

  /** The receiver may have taken it, and takes no other after it. */
  @Test
  void a_correction_that_was_sent_and_not_acknowledged_was_the_only_one() throws InterruptedException {
    try (PlayedRun played = new PlayedRun(new MadeUpRun(new Random(1), 10, 1, 30), 10, Duration.ofHours(3))) {
      played.exporter.close();
      played.ledger = played.ledger.takeOver();
      Export export = new Export(0, played.config, new SilentAfterRolling(played.ledger));
      played.exporter = new Exporter(played.settings, List.of(export), played.feed, played.means());
      boolean died = false;
      for (int second = 0; second < 45 * 60; second += 10) {
        push(played, second, second + 12, 5);
        if (second == 1_310) {
          push(played, 1_200, second + 12, 50);
        }
        try {
          played.advance();
          played.time.sleep(Duration.ofMillis(500));
          played.advance();
        } catch (Fenced e) {
          died = true;
          played.exporter.close();
          push(played, 1_200, second + 13, 500);
          played.kill();
          played.advance();
        }
      }
      assertThat(died).isTrue();
      played.finish();
      ReconciliationReport report = played.secondPass(1).report();
      assertThat(played.assertTrue(report, "rolling")).isEqualTo(1);
      assertThat(report.reason()).startsWith("set right once before");
    }
  }

  private static void push(PlayedRun played, int bucket, int at, double value) throws InterruptedException {
    played.append(new MadeUpRun.Push(MadeUpRun.START + at, 0, List.of(new MadeUpRun.Sample(0, MetricType.GAUGE,
        "queue_length", Labels.NONE, MadeUpRun.START + bucket, value))));
  }

  /** Dies when what was sent in the rolling pass is to be noted as taken. */
  private static final class SilentAfterRolling extends DyingLedger {
    SilentAfterRolling(Ledger ledger) {
      super(ledger, Integer.MAX_VALUE);
    }

    @Override
    public void settle(int pass, int shard, long step) {
      if (pass == Booking.ROLLING_PASS) { throw new Fenced("died"); }
      super.settle(pass, shard, step);
    }
  }

  @Test
  void whoever_watches_a_pass_is_told_how_much_there_is_to_do() throws InterruptedException {
    try (PlayedRun played = new PlayedRun(new MadeUpRun(new Random(3), 1, 1, 30), 3, Duration.ZERO)) {
      for (MadeUpRun.Push push : played.run.pushes(0)) {
        played.append(push);
      }
      played.feed.finish(played.time.millis());
      played.exporter.close();
      PassProgress progress = new PassProgress();
      SecondPass.Order order = SecondPass.Order.of(1, played.time.instant().plus(HALF_AN_HOUR));
      new SecondPass(played.settings, new Export(0, played.config, played.ledger.takeOver()), played.feed,
          played.means(), order, progress).run();
      assertThat(progress.steps()).isEqualTo(progress.stepsDone()).isPositive();
      assertThat(progress.sent()).isEqualTo(played.truth().size());
    }
  }
}
