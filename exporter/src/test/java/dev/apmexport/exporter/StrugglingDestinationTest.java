package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.sink.WriteResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class StrugglingDestinationTest extends ExporterFixture {

  @Test
  void a_slow_destination_leaves_catches_up_and_comes_back_without_losing_or_repeating_a_point()
      throws InterruptedException {
    AtomicBoolean open = new AtomicBoolean();
    slow.rule(_ -> open.get() ? new WriteResult.Accepted()
        : new WriteResult.RetryLater(WriteResult.Cause.BUSY, "busy", Duration.ZERO));
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 120, 2_500);
    assertThat(exporter.status(7).state()).isEqualTo(ExportStatus.State.BEHIND);
    assertThat(exporter.status(7).lagSeconds()).isGreaterThan(50);
    assertThat(exporter.isDrained(7)).isFalse();
    drain(8);
    assertThat(fast.size()).isGreaterThan(115 * 2_500);
    assertThat(slow.size()).isZero();
    assertBalanced();
    open.set(true);
    while (exporter.status(7).state() == ExportStatus.State.BEHIND) {
      time.sleep(Duration.ofSeconds(1));
    }
    load(120, 130, 2_500);
    finish();
    assertThat(slow.points()).isEqualTo(fast.points()).hasSize(2_500);
    assertThat(slow.size()).isEqualTo(131 * 2_500);
    assertThat(slow.writes()).isEqualTo(slow.size());
    assertThat(slow.disorders()).isZero();
    assertThat(exporter.status(7).state()).isEqualTo(ExportStatus.State.LIVE);
    assertBalanced();
  }

  @Test
  void a_worker_that_closes_leaves_no_thread_behind_even_one_that_waits_for_room() throws InterruptedException {
    slow.rule(_ -> new WriteResult.RetryLater(WriteResult.Cause.BUSY, "busy", Duration.ZERO));
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 100, 2_500);
    assertThat(exporter.status(7).state()).isEqualTo(ExportStatus.State.BEHIND);
    exporter.close();
    time.until(time::isQuiet);
  }

  @Test
  void a_destination_that_is_given_up_stops_no_other() throws InterruptedException {
    slow.rule(_ -> new WriteResult.RetryLater(WriteResult.Cause.NO_ANSWER, "no answer", Duration.ZERO));
    start();
    exporter.giveUpAt(7, time.instant().plusSeconds(60));
    load(0, 200, 3);
    feed.finish(time.millis());
    advance();
    drain(8);
    time.until(() -> exporter.status(7).state() == ExportStatus.State.GAVE_UP);
    assertThat(exporter.status(7).lastError()).isEqualTo("no answer");
    assertThat(exporter.status(7).points().pending()).isEqualTo(201);
    assertThat(exporter.status(8).points()).isEqualTo(new ExportStatus.Points(201, 0, 0));
  }

  @Test
  void a_destination_that_never_answers_moves_no_other_exports_points_by_a_second() throws InterruptedException {
    CountDownLatch answered = new CountDownLatch(1);
    slow.rule(_ -> {
      await(answered);
      return new WriteResult.Accepted();
    });
    start();
    for (int second = 0; second < 120; second++) {
      load(second, second + 1, 3);
      drain(8);
      assertThat(exporter.status(8).lagSeconds()).isLessThanOrEqualTo(3);
    }
    feed.finish(time.millis());
    advance();
    drain(8);
    assertThat(exporter.status(8).points()).isEqualTo(new ExportStatus.Points(121, 0, 0));
    assertThat(exporter.status(7).points()).isEqualTo(new ExportStatus.Points(0, 0, 121));
    answered.countDown();
    drain(7);
    assertThat(slow.points()).isEqualTo(fast.points());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void a_paused_destination_says_so() throws InterruptedException {
    slow.rule(_ -> new WriteResult.NotAuthorized("HTTP 401: who?"));
    start();
    load(0, 20, 1);
    time.until(() -> exporter.status(7).state() == ExportStatus.State.PAUSED);
    assertThat(exporter.status(7).lastError()).isEqualTo("HTTP 401: who?");
  }

  @Test
  void whoever_lost_its_run_is_told() throws InterruptedException {
    start();
    load(0, 5, 1);
    ledgers.get(1).takeOver();
    assertThatThrownBy(() -> {
      load(5, 20, 1);
      drain(8);
    }).isInstanceOf(Fenced.class);
  }

  @Test
  void an_exporter_that_cannot_begin_leaves_no_thread_behind() throws InterruptedException {
    start().close();
    Export bad = new Export(9, new ExportConfig("prometheus", 1, false, entries, fast),
        new DyingLedger(ledgers.get(1), 0) {
          @Override
          public LedgerState load() {
            throw new Fenced("died");
          }
        });
    Export good = new Export(8, new ExportConfig("prometheus", 1, false, entries, fast), ledgers.get(0));
    assertThatThrownBy(() -> new Exporter(settings, List.of(good, bad), feed,
        new Exporter.Means(http, RetryPolicy.standard(), time, time.threads())))
        .isInstanceOf(Fenced.class);
    time.until(time::isQuiet);
  }
}
