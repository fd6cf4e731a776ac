package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.holds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.WriteResult;
import org.junit.jupiter.api.Test;

/** How long a series is left out after a point of it was refused. */
class QuarantineTest extends DeliveryFixture {
  @Test
  void a_bad_series_is_left_out_from_then_on() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s3") ? new WriteResult.Invalid("bad s3") : OK);
    start(1);
    for (int i = 0; i < 5; i++) {
      delivery.submit(step(0, i, -10 + i, 8));
    }
    drain();
    assertThat(sink.sent().stream().filter(one -> one.atMillis() > NOW - 10)).hasSize(4)
        .allSatisfy(one -> assertThat(one.series()).hasSize(7).doesNotContain("s3"));
    LedgerState state = ledger.load();
    assertThat(state.rejection(0, key("s3"), NOW + 1_000_000)).isPresent();
    assertThat(state.rejection(0, key("s2"), NOW - 10)).isEmpty();
  }

  @Test
  void where_no_later_pass_mends_it_a_series_is_sent_again_after_a_refused_point() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s3") && batch.atMillis() < NOW - 8 ? new WriteResult.Invalid("bad s3") : OK);
    quarantines = false;
    start(1);
    for (int i = 0; i < 5; i++) {
      delivery.submit(step(0, i, -10 + i, 8));
    }
    drain();
    assertThat(progress.rejected()).isEqualTo(2);
    assertThat(progress.accepted()).isEqualTo(38);
    assertThat(stored(NOW - 8)).contains("s3");
  }

  @Test
  void a_series_refused_alone_stays_alone() throws InterruptedException {
    Batch one = step(0, 0, 0, 1).batch();
    sink.rule(_ -> new WriteResult.Invalid("no"));
    start(1);
    delivery.submit(new Step(0, 0, 0, one));
    delivery.submit(step(0, 1, 0, 1));
    drain();
    assertThat(sink.sent()).hasSize(1);
    assertThat(progress.rejected()).isEqualTo(2);
  }
}
