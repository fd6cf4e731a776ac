package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class UnsentTailTest {
  private static final int POINTS = 1_000;
  private static final int BYTES = 16_200;
  private static final InstantSource STILL = InstantSource.fixed(Instant.EPOCH);

  private static Step step(int number) {
    Series[] series = IntStream.range(0, POINTS).mapToObj(i -> new Series("s" + i, Labels.NONE)).toArray(Series[]::new);
    return new Step(0, 0, number, new Batch(number, series, new double[POINTS]));
  }

  private static long number(UnsentTail tail) {
    return Objects.requireNonNull(tail.poll()).number();
  }

  /** Of all that wait. */
  private static List<Long> numbers(UnsentTail tail) {
    return Stream.generate(tail::poll).takeWhile(Objects::nonNull).map(Step::number).toList();
  }

  @Test
  void steps_leave_in_the_order_they_came() {
    UnsentTail tail = new UnsentTail(3 * BYTES, () -> false, STILL);
    IntStream.range(0, 3).forEach(i -> tail.add(step(i)));

    assertThat(numbers(tail)).containsExactly(0L, 1L, 2L);
    assertThat(tail.dropped()).isZero();
  }

  @Test
  void while_the_destination_takes_nothing_the_oldest_are_dropped_and_counted() {
    UnsentTail tail = new UnsentTail(3 * BYTES, () -> false, STILL);
    IntStream.range(0, 10).forEach(i -> tail.add(step(i)));

    assertThat(tail.dropped()).isEqualTo(7 * POINTS);
    assertThat(numbers(tail)).containsExactly(7L, 8L, 9L);
  }

  @Test
  void while_the_destination_takes_something_nothing_is_dropped() throws InterruptedException {
    UnsentTail tail = new UnsentTail(3 * BYTES, () -> true, STILL);
    AtomicInteger added = new AtomicInteger();
    Thread reader = Thread.ofVirtual().start(() -> IntStream.range(0, 50).forEach(i -> {
      tail.add(step(i));
      added.incrementAndGet();
    }));
    for (int expected = 0; expected < 50;) {
      Step step = tail.poll();
      if (step != null) {
        assertThat(step.number()).isEqualTo(expected++);
      }
      assertThat(added.get() - expected).as("steps that wait").isLessThanOrEqualTo(3);
    }
    reader.join();

    assertThat(tail.dropped()).isZero();
  }

  @Test
  void a_destination_that_takes_too_little_holds_up_the_run_for_a_while_only() {
    AtomicLong seconds = new AtomicLong();
    UnsentTail tail = new UnsentTail(4 * BYTES, () -> true, () -> Instant.ofEpochSecond(seconds.getAndIncrement()));
    IntStream.range(0, 8).forEach(i -> tail.add(step(i)));

    assertThat(seconds.get()).isBetween(10L, 20L);
    assertThat(tail.dropped()).isEqualTo(4 * POINTS);
    assertThat(number(tail)).isEqualTo(4);
  }

  @Test
  void when_half_of_the_room_was_free_again_the_run_is_held_up_again() {
    AtomicLong seconds = new AtomicLong();
    UnsentTail tail = new UnsentTail(4 * BYTES, () -> true, () -> Instant.ofEpochSecond(seconds.getAndIncrement()));
    IntStream.range(0, 6).forEach(i -> tail.add(step(i)));
    long first = seconds.get();
    number(tail);
    number(tail);
    IntStream.range(6, 9).forEach(i -> tail.add(step(i)));

    assertThat(seconds.get()).isGreaterThanOrEqualTo(first + 10);
    assertThat(tail.dropped()).isEqualTo(3 * POINTS);
  }
}
