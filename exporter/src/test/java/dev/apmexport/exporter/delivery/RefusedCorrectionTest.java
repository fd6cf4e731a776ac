package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.WriteResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A destination that refuses corrections in place, though its block says that it takes them. */
class RefusedCorrectionTest extends DeliveryFixture {
  @Test
  void a_correction_that_is_refused_does_not_keep_back_what_continues_its_series()
      throws InterruptedException {
    amendment = new Amendment.OutOfOrder(Duration.ofHours(1));
    ledger.book(step(0, 0, -9_000, 1).booking());
    ledger.book(step(0, 1, -5_000, 1).booking());
    ledger.settle(0, 0, 1);
    sink.rule(batch -> batch.atMillis() <= NOW - 5_000 ? new WriteResult.Invalid("out of order") : OK);
    start(1);
    for (int i = 0; i < 3; i++) {
      delivery.submit(new Step(1, 0, i, step(0, i, -9_000 + 4_000L * i, 1).batch()));
    }
    drain();
    assertThat(progress.rejected()).isEqualTo(2);
    assertThat(progress.accepted()).isEqualTo(1);
  }
}
