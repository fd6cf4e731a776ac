package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.failed;
import static dev.apmexport.exporter.delivery.ScriptedSink.holds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.WriteResult;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which failures are put down to what a batch holds: those that come again for it, and only while others get through. */
class FailureIsolationTest extends DeliveryFixture {
  @Test
  void a_passing_failure_during_the_search_condemns_nobody() throws InterruptedException {
    AtomicInteger requests = new AtomicInteger();
    sink.rule(batch -> {
      if (batch.size() > 0 && requests.incrementAndGet() % 2 == 0) { return failed(); }
      return holds(batch, "s3") ? new WriteResult.Invalid("bad s3") : OK;
    });
    start(1);
    delivery.submit(step(0, 0, 0, 64));
    drain();
    assertThat(progress.rejected()).isEqualTo(1);
    assertThat(stored(NOW)).hasSize(63).doesNotContain("s3");
  }

  @Test
  void a_batch_that_kills_a_healthy_destination_each_time_is_taken_apart() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s5") ? failed() : OK);
    start(1);
    delivery.submit(step(0, 0, -2, 16));
    delivery.submit(step(0, 1, -1, 16));
    drain();
    assertThat(stored(NOW - 2)).hasSize(15).doesNotContain("s5");
    assertThat(stored(NOW - 1)).hasSize(15);
    assertThat(progress.rejected()).isEqualTo(2);
    assertThat(ledger.load().rejection(0, key("s5"), NOW - 2)).get().extracting("reason").isEqualTo("failed");
  }

  @Test
  void a_destination_that_fails_for_everything_is_waited_for() throws InterruptedException {
    sink.rule(_ -> time.millis() < NOW + 1_800_000 ? failed() : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 16));
    drain();
    assertThat(progress.accepted()).isEqualTo(16);
    assertThat(progress.rejected()).isZero();
    assertThat(sink.probes()).isPositive();
    assertThat(sink.sent()).allMatch(one -> one.series().size() == 16);
  }

  @Test
  void a_destination_that_falls_over_while_a_batch_is_taken_apart_is_waited_for() throws InterruptedException {
    AtomicInteger requests = new AtomicInteger();
    sink.rule(batch -> {
      boolean down = requests.incrementAndGet() > 14 && time.millis() < NOW + 3_600_000;
      return down || holds(batch, "s5") ? failed() : OK;
    });
    start(1);
    delivery.submit(step(0, 0, 0, 64));
    drain();
    assertThat(stored(NOW)).hasSize(63).doesNotContain("s5");
    assertThat(progress.rejected()).isEqualTo(1);
  }

  @Test
  void busy_and_unreachable_destinations_are_never_a_batchs_fault() throws InterruptedException {
    sink.rule(batch -> batch.size() == 0 || time.millis() > NOW + 600_000 ? OK
        : time.millis() % 200 == 0 ? ScriptedSink.busy(0) : ScriptedSink.noConnection());
    start(1);
    delivery.submit(step(0, 0, 0, 16));
    drain();
    assertThat(progress.accepted()).isEqualTo(16);
    assertThat(sink.sent()).allMatch(one -> one.series().size() == 16);
  }
}
