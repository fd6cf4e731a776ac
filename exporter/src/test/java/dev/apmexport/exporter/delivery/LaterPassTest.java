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
import org.junit.jupiter.api.Test;

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
  void a_series_that_is_refused_beyond_that_is_left_out_for_good() throws InterruptedException {
    sink.rule(batch -> batch.size() > 0 ? new WriteResult.Invalid("bad") : OK);
    start(1);
    for (int i = 0; i < 100; i++) {
      submit(1, i, (i - 100) * MINUTE + 1);
    }
    drain();
    assertThat(progress.rejected()).isEqualTo(100);
    assertThat(sink.sent()).hasSize(2);
    assertThat(ledger.load().rejection(1, ONE.key(), NOW + 1_000 * MINUTE)).isPresent();
  }

  @Test
  void where_samples_are_taken_in_any_order_age_excuses_nothing() throws InterruptedException {
    amendment = new Amendment.OutOfOrder(Duration.ofHours(3));
    sink.rule(batch -> batch.size() > 0 ? new WriteResult.Invalid("bad") : OK);
    start(1);
    for (int i = 0; i < 100; i++) {
      submit(1, i, (i - 100) * MINUTE + 1);
    }
    drain();
    assertThat(sink.sent()).hasSize(1);
  }
}
