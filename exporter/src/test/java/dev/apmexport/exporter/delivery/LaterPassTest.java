package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.WriteResult;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of passes that set right what the first one has left. */
class LaterPassTest extends DeliveryFixture {
  private static final long MINUTE = 60_000;
  private static final Series ONE = new Series("one", Labels.NONE);

  private void submit(int pass, long number, long inMillis) {
    delivery.submit(new Step(pass, 0, number, new Batch(NOW + inMillis, new Series[]{ONE}, new double[]{1})));
  }

  @Test
  void a_step_is_settled_although_one_of_another_pass_waits_behind_it() throws InterruptedException {
    start(1);
    submit(0, 5, -20);
    submit(1, 0, 60_000);
    untilSent(1);
    time.until(() -> time.millis() > NOW); // it waits for its time by now
    LedgerState state = ledger.load();
    assertThat(state.settled(0, 0)).isEqualTo(5);
    assertThat(state.isAmbiguous(0, 5)).isFalse();
  }

  private void refusesWhatIsOlderThanAnHour() {
    sink.rule(batch -> batch.size() > 0 && batch.atMillis() < time.millis() - 60 * MINUTE
        ? new WriteResult.Invalid("out of bounds") : OK);
  }

  @Test
  void what_is_too_old_for_a_receiver_that_takes_samples_in_order_does_not_cost_what_is_younger()
      throws InterruptedException {
    refusesWhatIsOlderThanAnHour();
    start(1);
    for (int i = 0; i < 100; i++) {
      submit(1, i, (i - 100) * MINUTE + 1);
    }
    drain();
    assertThat(progress.accepted()).isBetween(58L, 60L);
    assertThat(progress.rejected()).isEqualTo(100 - progress.accepted());
    assertThat(sink.sent().stream().filter(one -> !one.accepted())).as("the old stretch is refused in one piece")
        .hasSize(1);
    assertThat(ledger.load().rejection(1, ONE.key(), NOW - 90 * MINUTE)).get().extracting("reason")
        .isEqualTo("out of bounds");
    assertThat(ledger.load().rejection(1, ONE.key(), NOW - 10 * MINUTE)).isEmpty();
  }

  @Test
  void a_series_that_is_refused_beyond_that_is_tried_more_and_more_rarely_and_then_left_out_for_good()
      throws InterruptedException {
    sink.rule(batch -> batch.size() > 0 ? new WriteResult.Invalid("bad") : OK);
    start(1);
    for (int i = 0; i < 100; i++) {
      submit(1, i, (i - 100) * MINUTE + 1);
    }
    drain();
    assertThat(progress.rejected()).isEqualTo(100);
    assertThat(sink.sent()).hasSizeLessThan(10);
    assertThat(ledger.load().rejection(1, ONE.key(), NOW + 1_000 * MINUTE)).isPresent();
  }

  @ParameterizedTest
  @MethodSource("amendments")
  void a_refused_point_costs_itself(Amendment amending) throws InterruptedException {
    amendment = amending;
    sink.rule(batch -> batch.atMillis() == NOW - 20_000 || batch.atMillis() == NOW - 10_000
        ? new WriteResult.Invalid("duplicate sample for timestamp") : OK);
    start(1);
    for (int i = 0; i < 30; i++) {
      submit(1, i, (i - 30) * 1_000);
    }
    drain();
    assertThat(progress.rejected()).isEqualTo(2);
    assertThat(progress.accepted()).isEqualTo(28);
    assertThat(ledger.load().rejection(1, ONE.key(), NOW - 20_000)).isPresent();
    assertThat(ledger.load().rejection(1, ONE.key(), NOW - 19_000)).isEmpty();
  }

  static List<Amendment> amendments() {
    return List.of(new Amendment.Refused(), new Amendment.OutOfOrder(Duration.ofHours(2)),
        new Amendment.Overwrites(Duration.ofHours(1)));
  }

  @Test
  void what_was_brought_is_not_taken_back_when_a_correction_before_it_is_refused() throws InterruptedException {
    amendment = new Amendment.OutOfOrder(Duration.ofHours(2));
    sink.rule(batch -> batch.atMillis() == NOW - 90 * MINUTE || batch.atMillis() == NOW - 89 * MINUTE
        ? new WriteResult.Invalid("too old") : OK);
    start(1);
    submit(1, 0, -30 * MINUTE);
    submit(1, 1, -90 * MINUTE);
    submit(1, 2, -89 * MINUTE);
    submit(1, 3, -88 * MINUTE);
    submit(1, 4, -20 * MINUTE);
    drain();
    assertThat(progress.rejected()).isEqualTo(2);
    assertThat(ledger.load().rejection(1, ONE.key(), NOW - 30 * MINUTE)).isEmpty();
    assertThat(ledger.load().rejection(1, ONE.key(), NOW - 88 * MINUTE)).isEmpty();
  }

  @Test
  void what_one_pass_was_refused_is_not_held_against_another() throws InterruptedException {
    sink.rule(batch -> batch.atMillis() == NOW - 2_000 ? new WriteResult.Invalid("no") : OK);
    start(1);
    submit(0, 0, -2_000);
    submit(1, 0, -1_000);
    drain();
    assertThat(stored(NOW - 1_000)).as("else it would count as brought").containsExactly("one");
  }
}
