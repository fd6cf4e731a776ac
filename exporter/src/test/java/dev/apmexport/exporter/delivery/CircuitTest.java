package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.busy;
import static dev.apmexport.exporter.delivery.ScriptedSink.failed;
import static dev.apmexport.exporter.delivery.ScriptedSink.noAnswer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.delivery.ScriptedSink.Sent;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What eight lanes do together when their destination is ill. */
class CircuitTest extends DeliveryFixture {
  private static final int LANES = 8;
  private static final long BACK = NOW + 1_200_000;

  static List<WriteResult> illnesses() {
    return List.of(noAnswer(), failed());
  }

  /** One step for each lane, all of them due. */
  private void submitOneEach(long number) {
    for (int shard = 0; shard < LANES; shard++) {
      delivery.submit(step(shard, number, shard - LANES, 2));
    }
  }

  private List<Long> times() {
    return sink.sent().stream().map(Sent::when).toList();
  }

  @ParameterizedTest
  @MethodSource("illnesses")
  void the_lanes_stop_asking_and_one_asks_for_all(WriteResult illness) throws InterruptedException {
    sink.rule(_ -> time.millis() < BACK ? illness : OK);
    start(LANES);
    submitOneEach(0);
    drain();
    List<Long> later = times().stream().filter(when -> when > NOW + 60_000 && when < BACK).toList();
    assertThat(later).hasSizeBetween(1_140 / 12, 1_140 / 4);
    for (int i = 1; i < later.size(); i++) {
      assertThat(later.get(i) - later.get(i - 1)).isGreaterThanOrEqualTo(4_000);
    }
  }

  @ParameterizedTest
  @MethodSource("illnesses")
  void when_the_destination_is_back_all_lanes_are_back_within_two_seconds(WriteResult illness)
      throws InterruptedException {
    sink.rule(_ -> time.millis() < BACK ? illness : OK);
    start(LANES);
    submitOneEach(0);
    drain();
    long first = times().stream().filter(when -> when >= BACK).findFirst().orElseThrow();
    assertThat(first).isLessThan(BACK + 45_000);
    assertThat(times().getLast()).isLessThanOrEqualTo(first + 2_000);
    assertThat(progress.accepted()).isEqualTo(2 * LANES);
  }

  @Test
  void a_lane_that_was_asked_to_wait_does_so_even_if_others_are_let_in_again() throws InterruptedException {
    sink.rule(batch -> time.millis() >= NOW + 30_000 ? OK : batch.atMillis() == NOW - 1
        ? new WriteResult.RetryLater(Cause.FAILED, "in ten minutes", Duration.ofMinutes(10)) : noAnswer());
    start(LANES);
    delivery.submit(step(LANES - 1, 0, -1, 2));
    untilSent(1);
    for (int shard = 0; shard < LANES - 1; shard++) {
      delivery.submit(step(shard, 0, shard - LANES, 2));
    }
    drain();
    List<Long> asked = sink.sent().stream().filter(one -> one.atMillis() == NOW - 1).map(Sent::when).toList();
    assertThat(asked.getLast() - asked.get(asked.size() - 2)).isEqualTo(600_000);
    assertThat(sink.sent().stream().filter(one -> one.atMillis() < NOW - 1).map(Sent::when)).allMatch(
        when -> when < NOW + 60_000);
  }

  @Test
  void requests_for_patience_stop_nobody_else() throws InterruptedException {
    sink.rule(batch -> batch.atMillis() == NOW - 1 && time.millis() < NOW + 600_000 ? busy(0) : OK);
    start(LANES);
    submitOneEach(0);
    for (int i = 1; i < 300; i++) {
      delivery.submit(step(0, i, 1_000L * i, 1));
    }
    drain();
    assertThat(sink.sent().stream().filter(one -> one.atMillis() > NOW)).hasSize(299)
        .allMatch(one -> one.when() == one.atMillis());
  }

  @Test
  void a_batch_that_kills_a_healthy_destination_holds_up_neither_the_other_lanes_nor_its_own_search()
      throws InterruptedException {
    sink.rule(batch -> ScriptedSink.holds(batch, "s5") && batch.size() > 1 ? failed() : OK);
    start(2);
    delivery.submit(step(0, 0, -1, 16));
    for (int i = 0; i < 600; i++) {
      delivery.submit(step(1, i, 1_000L * i + 1, 2));
    }
    drain();
    assertThat(sink.sent().stream().filter(one -> one.atMillis() > NOW)).hasSize(600)
        .allMatch(one -> one.when() == one.atMillis());
    long suspected = sink.sent().stream().filter(one -> one.series().size() == 16).mapToLong(Sent::when).max()
        .orElseThrow();
    // Each of the three failing parts is asked twice, after the shortest back-off.
    assertThat(sink.sent().stream().filter(one -> one.atMillis() == NOW - 1 && one.series().size() < 16))
        .isNotEmpty().allMatch(one -> one.when() >= suspected && one.when() <= suspected + 3 * 100);
  }

  @Test
  void a_lane_with_a_killing_batch_alone_waits_for_its_own_back_off_only() throws InterruptedException {
    sink.rule(batch -> batch.size() > 0 && time.millis() < NOW + 60_000 ? failed() : OK);
    start(1);
    delivery.submit(step(0, 0, -1, 1));
    untilSent(6);
    assertThat(times().stream().map(when -> when - NOW).limit(6)).containsExactly(0L, 100L, 300L, 700L, 1_500L, 3_100L);
  }

  @Test
  void a_batch_that_grew_too_old_while_the_lanes_waited_does_not_keep_the_others_from_asking()
      throws InterruptedException {
    amendment = new Amendment.Overwrites(Duration.ofHours(1));
    long back = NOW + Duration.ofHours(2).toMillis();
    sink.rule(_ -> time.millis() < back ? noAnswer() : OK);
    start(LANES);
    submitOneEach(0);
    for (int shard = 0; shard < LANES; shard++) {
      delivery.submit(step(shard, 1, Duration.ofMinutes(90).toMillis(), 2));
    }
    drain();
    assertThat(progress.rejected()).isEqualTo(2 * LANES);
    assertThat(progress.accepted()).isEqualTo(2 * LANES);
  }

  @Test
  void lanes_that_wait_for_a_silent_destination_are_given_up_in_time() throws InterruptedException {
    sink.rule(_ -> noAnswer());
    start(LANES);
    delivery.giveUpAt(time.instant().plusSeconds(600));
    submitOneEach(0);
    time.until(time::isQuiet);
    assertThat(delivery.gaveUp()).isTrue();
    assertThat(time.millis()).isBetween(NOW + 500_000, NOW + 600_000);
    assertThat(progress.lastError()).isEqualTo("no answer");
    assertThat(progress.pending()).isEqualTo(2 * LANES);
  }

  @Test
  void a_lane_that_gave_up_leaves_the_others_at_work() throws InterruptedException {
    sink.rule(batch -> batch.atMillis() < NOW ? ScriptedSink.busy(60) : OK);
    start(2);
    delivery.giveUpAt(time.instant().plusSeconds(30));
    delivery.submit(step(0, 0, -1, 2));
    delivery.submit(step(1, 0, 20_000, 2));
    time.until(delivery::gaveUp);
    assertThat(delivery.isAtWork()).isTrue();
    time.until(() -> !delivery.isAtWork());
    assertThat(progress.accepted()).isEqualTo(2);
    assertThat(progress.pending()).isEqualTo(2);
  }

  @Test
  void a_lane_that_waits_learns_of_a_time_that_is_set_later() throws InterruptedException {
    sink.rule(_ -> busy(300));
    start(1);
    delivery.submit(step(0, 0, 0, 1));
    untilSent(1);
    delivery.giveUpAt(time.instant().plusSeconds(30));
    time.until(delivery::gaveUp);
    assertThat(time.millis()).isLessThanOrEqualTo(NOW + 30_000);
  }

  @Test
  void a_closed_delivery_leaves_no_lane_waiting() throws InterruptedException {
    sink.rule(_ -> noAnswer());
    start(LANES);
    submitOneEach(0);
    untilSent(20);
    stop();
  }
}
