package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.WriteResult;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What the ledger is told of requests of which nobody knows whether they arrive. */
class DoubtTest extends DeliveryFixture {

  @Test
  void a_request_without_an_answer_leaves_its_step_in_doubt_from_the_last_such_on() throws InterruptedException {
    sink.answers(OK, ScriptedSink.noAnswer(), ScriptedSink.noAnswer());
    start(1);
    for (int i = 0; i < 3; i++) {
      delivery.submit(step(0, i, -10 + i, 5));
    }
    drain();
    assertThat(ledger.load().doubtfulSince(0, 0, 0)).isEmpty();
    assertThat(ledger.load().doubtfulSince(0, 0, 1)).hasValue(NOW + 100);
    assertThat(ledger.load().doubtfulSince(0, 0, 2)).isEmpty();
  }

  @Test
  void an_answer_of_any_kind_leaves_no_doubt_nor_does_a_request_that_never_left() throws InterruptedException {
    sink.answers(ScriptedSink.failed(), ScriptedSink.busy(1), ScriptedSink.noConnection());
    start(1);
    delivery.submit(step(0, 0, 0, 5));
    drain();
    assertThat(ledger.load().doubtfulSince(0, 0, 0)).isEmpty();
  }

  @Test
  void what_whoever_is_gone_may_have_sent_is_in_doubt() throws InterruptedException {
    sink.rule(_ -> ScriptedSink.busy(0));
    start(1);
    delivery.submit(step(0, 0, 0, 5));
    delivery.submit(step(0, 1, 0, 5));
    untilSent(2);
    assertThat(ledger.load().doubtfulSince(0, 0, 0)).isEmpty();
    sink.rule(_ -> OK);
    restart(1);
    long back = time.millis();
    delivery.submit(step(0, 0, 0, 5));
    delivery.submit(step(0, 1, 0, 5));
    drain();
    assertThat(ledger.load().doubtfulSince(0, 0, 0)).hasValue(back);
    assertThat(ledger.load().doubtfulSince(0, 0, 1)).isEmpty();
  }

  @Test
  void who_waits_long_for_a_connection_looks_once_more_whether_the_export_is_still_its_own() {
    AtomicBoolean left = new AtomicBoolean();
    sink.rule(_ -> {
      ledger.takeOver();
      pass(6_000);
      HttpTransport.LAST_LOOK.get().run();
      left.set(true);
      return OK;
    });
    start(1);
    delivery.submit(step(0, 0, 0, 1));
    assertThatThrownBy(this::drain).isInstanceOf(Fenced.class);
    assertThat(left).isFalse();
  }

  private void pass(long millis) {
    try {
      time.sleep(Duration.ofMillis(millis));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void what_was_known_to_be_bad_without_asking_says_nothing_of_a_destination_that_is_away()
      throws InterruptedException {
    WriteResult own = new WriteResult.Invalid("not a number", false);
    sink.rule(batch -> batch.size() == 1 ? own : time.millis() < NOW + 600_000 ? ScriptedSink.noConnection() : OK);
    start(8);
    for (int shard = 0; shard < 7; shard++) {
      delivery.submit(step(shard, 0, 0, 2));
    }
    for (int i = 0; i < 600; i++) {
      delivery.submit(step(7, i, 1_000L * i, 1));
    }
    drain();
    assertThat(progress.accepted()).isEqualTo(7 * 2);
    assertThat(sink.sent().stream().filter(one -> one.series().size() == 2 && one.when() > NOW + 60_000
        && one.when() < NOW + 600_000)).as("one lane asks for all, the others rest").hasSizeLessThan(150);
  }

  private void leavesOutWhatItFailsFor() throws InterruptedException {
    sink.rule(batch -> ScriptedSink.holds(batch, "s3") ? ScriptedSink.failed() : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 5));
    delivery.submit(step(0, 1, 0, 5));
    drain();
    assertThat(progress.rejected()).isEqualTo(2);
  }

  @Test
  void a_point_given_up_since_the_destination_fails_for_it_may_be_there_all_the_same() throws InterruptedException {
    leavesOutWhatItFailsFor();
    assertThat(ledger.load().doubtfulSince(0, 0, 0)).isPresent();
    assertThat(ledger.load().doubtfulSince(0, 0, 1)).as("it was not sent").isEmpty();
  }

  @Test
  void that_is_of_no_account_where_it_can_be_overwritten() throws InterruptedException {
    amendment = new Amendment.Overwrites(Duration.ofHours(1));
    leavesOutWhatItFailsFor();
    assertThat(ledger.load().doubtfulSince(0, 0, 0)).isEmpty();
  }

  @Test
  void a_refused_point_is_not_there() throws InterruptedException {
    sink.rule(batch -> ScriptedSink.holds(batch, "s3") ? new WriteResult.Invalid("bad") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 5));
    drain();
    assertThat(ledger.load().doubtfulSince(0, 0, 0)).isEmpty();
  }
}
