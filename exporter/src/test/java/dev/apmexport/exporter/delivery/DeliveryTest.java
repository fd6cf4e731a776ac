package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.busy;
import static dev.apmexport.exporter.delivery.ScriptedSink.noAnswer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.delivery.ScriptedSink.Sent;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.WriteResult;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeliveryTest extends DeliveryFixture {
  @Test
  void steps_leave_in_their_order() throws InterruptedException {
    start(1);
    for (int i = 0; i < 50; i++) {
      delivery.submit(step(0, i, i - 100, 3));
    }
    drain();
    assertThat(sink.sent()).extracting(Sent::atMillis)
        .containsExactlyElementsOf(LongStream.range(NOW - 100, NOW - 50).boxed().toList());
    assertThat(progress.accepted()).isEqualTo(150);
    assertThat(progress.pending()).isZero();
    assertThat(ledger.load().settled(0, 0)).isEqualTo(49);
  }

  @Test
  void a_shard_has_one_request_in_flight() throws InterruptedException {
    AtomicInteger[] inFlight = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
    sink.rule(batch -> {
      AtomicInteger mine = inFlight[(int) (batch.atMillis() - NOW) + 3];
      int others = mine.incrementAndGet();
      Thread.yield();
      mine.decrementAndGet();
      return others == 1 ? ScriptedSink.OK : new WriteResult.Invalid("two at once");
    });
    start(3);
    for (int i = 0; i < 300; i++) {
      delivery.submit(step(i % 3, i / 3, i % 3 - 3, 2));
    }
    drain();
    assertThat(sink.sent()).hasSize(300).allMatch(Sent::accepted);
  }

  @Test
  void a_slow_shard_holds_up_no_other() throws InterruptedException {
    sink.rule(batch -> batch.atMillis() == NOW - 1 ? busy(300) : ScriptedSink.OK);
    start(2);
    delivery.submit(step(0, 0, -1, 1));
    for (int i = 0; i < 10; i++) {
      delivery.submit(step(1, i, -100 + i, 1));
    }
    time.until(() -> progress.accepted() == 10);
    assertThat(delivery.oldestPending()).isEqualTo(NOW - 1);
  }

  @Test
  void what_may_have_been_stored_is_sent_again_unchanged_before_anything_else() throws InterruptedException {
    sink.answers(ScriptedSink.OK, noAnswer(), noAnswer(), busy(0));
    start(1);
    for (int i = 0; i < 3; i++) {
      delivery.submit(step(0, i, -10 + i, 5));
    }
    drain();
    assertThat(sink.sent()).extracting(Sent::atMillis).containsExactly(NOW - 10, NOW - 9, NOW - 9, NOW - 9, NOW - 9,
        NOW - 8);
    assertThat(sink.sent().subList(1, 5)).extracting(Sent::values).containsOnly(sink.sent().get(1).values());
    assertThat(sink.sent()).extracting(one -> one.when() - NOW).containsExactly(0L, 0L, 100L, 300L, 700L, 700L);
    assertThat(progress.accepted()).isEqualTo(15);
    assertThat(progress.rejected()).isZero();
    assertThat(progress.lastError()).isEqualTo("busy");
  }

  @Test
  void the_remote_ends_wish_to_wait_longer_is_granted_and_one_to_wait_less_is_not() throws InterruptedException {
    sink.answers(busy(7), busy(0));
    start(1);
    delivery.submit(step(0, 0, 0, 1));
    drain();
    assertThat(sink.sent()).extracting(one -> one.when() - NOW).containsExactly(0L, 7_000L, 7_200L);
  }

  @Test
  void waits_grow_up_to_a_bound() throws InterruptedException {
    sink.rule(_ -> time.millis() < NOW + 200_000 ? busy(0) : ScriptedSink.OK);
    start(1);
    delivery.submit(step(0, 0, 0, 1));
    drain();
    long[] times = sink.sent().stream().mapToLong(Sent::when).toArray();
    for (int i = 2; i < times.length; i++) {
      assertThat(times[i] - times[i - 1]).isBetween(times[i - 1] - times[i - 2], 30_000L);
    }
  }

  @Test
  void nothing_is_sent_before_its_time() throws InterruptedException {
    start(1);
    delivery.submit(step(0, 0, 0, 1));
    delivery.submit(step(0, 1, 5_000, 1));
    delivery.submit(step(0, 2, 5_000, 1));
    delivery.submit(step(0, 3, 600_000, 1));
    drain();
    assertThat(sink.sent()).extracting(one -> one.when() - NOW).containsExactly(0L, 5_000L, 5_000L, 600_000L);
  }

  @ParameterizedTest
  @MethodSource("waitingForAHuman")
  void a_destination_that_needs_a_human_pauses_and_goes_on_when_it_is_mended(WriteResult refusal)
      throws InterruptedException {
    AtomicBoolean mended = new AtomicBoolean();
    sink.rule(_ -> mended.get() ? ScriptedSink.OK : refusal);
    start(1);
    delivery.submit(step(0, 0, -2, 4));
    delivery.submit(step(0, 1, -1, 4));
    time.until(() -> sink.probed().size() >= 2);
    assertThat(progress.isPaused()).isTrue();
    assertThat(progress.lastError()).isEqualTo("HTTP 4xx: who?");
    assertThat(sink.probed().subList(0, 2)).extracting(one -> one.when() - NOW).containsExactly(30_000L, 60_000L);
    assertThat(sink.sent()).as("the batch itself is not sent until it may succeed").hasSize(1);
    mended.set(true);
    drain();
    assertThat(sink.sent()).hasSize(3);
    assertThat(progress.isPaused()).isFalse();
    assertThat(progress.accepted()).isEqualTo(8);
    assertThat(progress.rejected()).isZero();
  }

  static List<WriteResult> waitingForAHuman() {
    return List.of(new WriteResult.NotAuthorized("HTTP 4xx: who?"), new WriteResult.WrongFormat("HTTP 4xx: who?"));
  }

  @Test
  void after_the_given_time_a_failing_destination_is_given_up_and_what_is_left_stays_pending()
      throws InterruptedException {
    sink.rule(batch -> batch.atMillis() < NOW - 5 ? ScriptedSink.OK : busy(0));
    start(1);
    delivery.giveUpAt(time.instant().plusSeconds(3_600));
    for (int i = 0; i < 4; i++) {
      delivery.submit(step(0, i, -10 + 2 * i, 5));
    }
    time.until(delivery::gaveUp);
    assertThat(time.millis()).isBetween(NOW + 3_560_000, NOW + 3_600_000);
    assertThat(progress.accepted()).isEqualTo(15);
    assertThat(progress.pending()).isEqualTo(5);
    assertThat(progress.lastError()).isEqualTo("busy");
    assertThat(ledger.load().settled(0, 0)).isEqualTo(2);
    assertThat(ledger.load().nextStep(0, 0)).isEqualTo(4);
  }

  @Test
  void a_fault_of_our_own_is_not_hidden() {
    sink.rule(_ -> {
      throw new IllegalStateException("our bug");
    });
    start(1);
    delivery.submit(step(0, 0, 0, 1));
    assertThatThrownBy(this::drain).hasMessage("our bug");
  }

  @Test
  void nor_is_one_of_the_machine() {
    sink.rule(_ -> {
      throw new StackOverflowError("too deep");
    });
    start(1);
    delivery.submit(step(0, 0, 0, 1));
    assertThatThrownBy(this::drain).isInstanceOf(IllegalStateException.class).hasRootCauseMessage("too deep");
  }

  @Test
  void a_closed_delivery_sends_nothing_more() throws InterruptedException {
    sink.rule(_ -> busy(0));
    start(1);
    delivery.submit(step(0, 0, 0, 1));
    delivery.submit(step(0, 1, 0, 1));
    untilSent(3);
    stop();
    assertThat(sink.sent()).extracting(Sent::values).containsOnly(List.of(0.0));
    assertThat(progress.pending()).isEqualTo(2);
  }

  @Test
  void there_is_room_until_very_much_waits() throws InterruptedException {
    AtomicBoolean mended = new AtomicBoolean();
    sink.rule(_ -> mended.get() ? ScriptedSink.OK : busy(0));
    start(1);
    int steps = 0;
    for (; delivery.hasRoom(); steps++) {
      delivery.submit(step(0, steps, -1_000, 5_000));
    }
    assertThat(steps).isEqualTo(40);
    mended.set(true);
    drain();
    assertThat(delivery.hasRoom()).isTrue();
    assertThat(delivery.oldestPending()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void an_empty_step_is_settled_without_a_request() throws InterruptedException {
    start(1);
    delivery.submit(new Step(0, 0, 0, Batch.EMPTY));
    delivery.submit(step(0, 1, 0, 1));
    drain();
    assertThat(sink.sent()).hasSize(1);
    assertThat(sink.probes()).isZero();
  }
}
