package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.busy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.delivery.ScriptedSink.Sent;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A limit of points per second, on virtual time. */
class PointLimitTest extends DeliveryFixture {
  @ParameterizedTest
  @CsvSource({"20000, 5000, 200, 4", "20000, 37, 3000, 2", "1000, 5000, 12, 1", "7, 1, 100, 1", "1, 3, 5, 2"})
  void no_second_holds_more_than_the_limit_and_a_part_and_none_is_wasted(int perSecond, int batch, int batches,
      int lanes) throws InterruptedException {
    limit = PointLimit.of(perSecond, time);
    start(lanes);
    for (int i = 0; i < batches; i++) {
      delivery.submit(step(i % lanes, i / lanes, -1, batch));
    }
    drain();
    assertThat(progress.accepted()).isEqualTo((long) batch * batches);
    long[] times = sink.sent().stream().mapToLong(Sent::when).sorted().toArray();
    assertEven(times, batch, perSecond);
    double seconds = (double) batch * batches / perSecond;
    assertThat((times[times.length - 1] - NOW) / 1000.0).isBetween(seconds * 0.9 - 1, seconds + 1);
  }

  @Test
  void a_limit_of_0_is_none() {
    assertThat(PointLimit.of(0, time)).isSameAs(PointLimit.NONE);
  }

  /** A batch leaves when the last of its points may, so one that is larger than the limit counts for its own wait. */
  private static void assertEven(long[] times, int batch, int perSecond) {
    for (int i = 0; i < times.length; i++) {
      long from = times[i];
      long within = LongStream.of(times).filter(time -> time >= from && time < from + 1_000).count();
      assertThat(within * batch).isLessThanOrEqualTo(perSecond + perSecond / 20 + 1 + batch);
    }
  }

  @Test
  void what_shares_a_limit_keeps_it_together_and_of_two_limits_the_lower_counts() throws InterruptedException {
    PointLimit destination = PointLimit.of(1_000, time);
    limit = destination.and(PointLimit.of(100, time));
    start(1);
    Delivery replay = delivery;
    limit = destination;
    start(1);
    for (int i = 0; i < 50; i++) {
      delivery.submit(step(0, i, -100 + i, 100));
      replay.submit(step(0, i, -200 + i, 10));
    }
    time.until(() -> delivery.isDrained() && replay.isDrained());
    replay.close();
    List<Sent> slow = sink.sent().stream().filter(one -> one.atMillis() < NOW - 100).toList();
    assertThat(slow.getLast().when() - NOW).isBetween(4_500L, 5_500L);
    long last = sink.sent().stream().filter(one -> one.atMillis() >= NOW - 100).mapToLong(Sent::when).max()
        .orElseThrow();
    assertThat(last - NOW).as("5,000 points beside 500 of the other").isBetween(5_000L, 6_000L);
  }

  @Test
  void what_is_sent_again_counts_again() throws InterruptedException {
    limit = PointLimit.of(100, time);
    sink.answers(busy(0), busy(0), OK);
    start(1);
    delivery.submit(step(0, 0, -1, 1_000));
    drain();
    assertThat(sink.sent().getLast().when() - NOW).isBetween(29_000L, 30_500L);
  }

  @Test
  void a_limit_leaves_time_for_what_the_run_has_to_end_with() throws InterruptedException {
    limit = PointLimit.of(10, time);
    start(1);
    delivery.giveUpAt(time.instant().plusSeconds(60));
    delivery.submit(step(0, 0, -1, 100));
    delivery.submit(step(0, 1, -1, 1_000));
    time.until(delivery::gaveUp);
    assertThat(progress.accepted()).isEqualTo(100);
    assertThat(progress.pending()).isEqualTo(1_000);
    assertThat(progress.lastError()).contains("points per second");
  }
}
