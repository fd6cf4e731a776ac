package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.holds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.delivery.ScriptedSink.Sent;
import dev.apmexport.exporter.sink.WriteResult;
import org.junit.jupiter.api.Test;

/** Batches that a destination finds too large: they are halved, and the size that it takes is remembered. */
class TooLargeTest extends DeliveryFixture {
  @Test
  void a_batch_too_large_is_halved_until_it_fits() throws InterruptedException {
    sink.rule(batch -> batch.size() > 100 ? new WriteResult.TooLarge("HTTP 413") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 1_000));
    drain();
    assertThat(stored(NOW)).hasSize(1_000);
    assertThat(progress.accepted()).isEqualTo(1_000);
  }

  @Test
  void the_size_that_a_destination_takes_is_remembered_for_all_lanes() throws InterruptedException {
    sink.rule(batch -> batch.size() > 100 ? new WriteResult.TooLarge("HTTP 413") : OK);
    start(2);
    delivery.submit(step(0, 0, -9, 1_000));
    drain();
    int learning = sink.sent().size();
    delivery.submit(step(0, 1, -8, 1_000));
    delivery.submit(step(1, 0, -7, 1_000));
    drain();
    assertThat(sink.sent().subList(learning, sink.sent().size())).allMatch(Sent::accepted);
    assertThat(sink.sent().size() - learning).as("no smaller than need be").isLessThanOrEqualTo(2 * 16);
    assertThat(progress.accepted()).isEqualTo(3_000);
  }

  @Test
  void one_point_too_large_does_not_make_all_requests_small() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s2") ? new WriteResult.TooLarge("HTTP 413") : OK);
    start(1);
    delivery.submit(step(0, 0, -2, 64));
    drain();
    int learning = sink.sent().size();
    delivery.submit(step(0, 1, -1, 64));
    drain();
    assertThat(sink.sent()).hasSize(learning + 1);
    assertThat(sink.sent().getLast().series()).hasSize(63);
  }

  @Test
  void a_single_point_too_large_is_refused() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s2") ? new WriteResult.TooLarge("HTTP 413") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 4));
    drain();
    assertThat(stored(NOW)).containsExactlyInAnyOrder("s0", "s1", "s3");
    assertThat(ledger.load().rejection(0, key("s2"), NOW)).get().extracting("reason").isEqualTo("HTTP 413");
  }
}
