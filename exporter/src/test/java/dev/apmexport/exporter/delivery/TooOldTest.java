package dev.apmexport.exporter.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.WriteResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A destination that drops what is more than an hour old and says that it took it. */
@Timeout(300)
class TooOldTest extends DeliveryFixture {
  TooOldTest() {
    amendment = new Amendment.Overwrites(Duration.ofHours(1));
  }

  private boolean isRejected(long inMillis) {
    return ledger.load().rejection(0, 4711, NOW + inMillis).isPresent();
  }

  @Test
  void what_is_too_old_is_not_sent_and_is_booked_as_not_taken() throws InterruptedException {
    start(1);
    delivery.submit(step(0, 0, -Duration.ofHours(1).toMillis(), 3));
    delivery.submit(step(0, 1, -Duration.ofMinutes(59).toMillis(), 3));
    drain();
    assertThat(sink.sent()).hasSize(1);
    assertThat(progress.rejected()).isEqualTo(3);
    assertThat(progress.accepted()).isEqualTo(3);
    assertThat(isRejected(-Duration.ofHours(1).toMillis())).isTrue();
    assertThat(isRejected(-Duration.ofMinutes(59).toMillis())).isFalse();
    assertThat(ledger.load().settled(0, 0)).isEqualTo(1);
  }

  @Test
  void what_is_too_old_of_one_shard_is_held_against_no_series_of_another() throws InterruptedException {
    start(2);
    delivery.submit(step(1, 0, -Duration.ofHours(1).toMillis(), 3));
    drain();
    assertThat(ledger.load().rejection(0, 4711, NOW - Duration.ofHours(1).toMillis())).get()
        .extracting("series").isEqualTo("every series of shard 2 of 2");
    assertThat(ledger.load().rejection(0, 4712, NOW - Duration.ofHours(1).toMillis())).isEmpty();
    assertThat(ledger.load().rejection(0, -1, NOW - Duration.ofHours(1).toMillis())).isPresent();
  }

  @Test
  void what_grows_too_old_while_the_destination_is_down_is_not_tried_any_more() throws InterruptedException {
    sink.rule(_ -> time.millis() < NOW + Duration.ofHours(2).toMillis()
        ? new WriteResult.RetryLater(WriteResult.Cause.BUSY, "busy", Duration.ZERO)
        : new WriteResult.Accepted());
    start(1);
    delivery.submit(step(0, 0, 0, 3));
    delivery.submit(step(0, 1, Duration.ofMinutes(90).toMillis(), 3));
    drain();
    assertThat(progress.rejected()).isEqualTo(3);
    assertThat(progress.accepted()).isEqualTo(3);
    assertThat(isRejected(0)).isTrue();
    restart(1);
    delivery.submit(step(0, 0, 0, 3));
    delivery.submit(step(0, 1, Duration.ofMinutes(90).toMillis(), 3));
    drain();
    assertThat(progress.rejected()).as("a worker that takes over counts the same").isEqualTo(3);
  }
}
