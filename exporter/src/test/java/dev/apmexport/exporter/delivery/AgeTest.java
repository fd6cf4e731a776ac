package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.WriteResult;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Destinations that refuse what is too old, or fail for it, whatever the block says of them. */
@Timeout(300)
class AgeTest extends DeliveryFixture {
  private static final long MINUTE = 60_000;
  private static final Series ONE = new Series("one", Labels.NONE);
  private static final WriteResult REFUSES = new WriteResult.Invalid("too old sample");

  private static Amendment declared(int minutes) {
    return minutes == 0 ? new Amendment.Refused() : new Amendment.OutOfOrder(Duration.ofMinutes(minutes));
  }

  private void takesNothingOlderThan(long minutes, WriteResult answer) {
    sink.rule(batch -> batch.size() > 0 && batch.atMillis() < time.millis() - minutes * MINUTE ? answer : OK);
  }

  /** One series, a point every ten seconds from so many minutes ago until so many after that. */
  private void submit(int pass, int minutesAgo, int minutes) {
    for (int i = 0; i < minutes * 6; i++) {
      long at = NOW - minutesAgo * MINUTE + 10_000L * i;
      delivery.submit(new Step(pass, 0, i, new Batch(at, new Series[]{ONE}, new double[]{i})));
    }
  }

  private long failedRequests() {
    return sink.sent().stream().filter(one -> !one.accepted()).count();
  }

  @ParameterizedTest
  @CsvSource({"0, 60", "30, 60", "60, 60", "120, 120"})
  void what_is_older_than_declared_costs_a_later_pass_one_point_and_nothing_younger(int window, int limit)
      throws InterruptedException {
    amendment = declared(window);
    takesNothingOlderThan(limit, REFUSES);
    start(1);
    submit(1, 180, 180);
    drain();
    assertThat(failedRequests()).isEqualTo(1);
    assertThat(progress.accepted()).isEqualTo(limit * 6);
    assertThat(progress.rejected()).isEqualTo((180 - limit) * 6);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 17, 30, 45, 59, 75, 100, 119})
  void where_more_is_declared_than_is_true_no_more_is_lost_of_what_is_young_enough_than_was_too_old(int limit)
      throws InterruptedException {
    amendment = declared(120);
    takesNothingOlderThan(limit, REFUSES);
    start(1);
    submit(1, 120, 120);
    drain();
    assertThat(failedRequests()).isLessThanOrEqualTo(20);
    int tooOld = limit >= 60 ? 120 - limit : 60 - limit; // the hour of receivers without a window is tried in any case
    int least = Math.max(limit >= 60 ? 60 : 0, limit - tooOld);
    assertThat(progress.accepted()).isGreaterThanOrEqualTo(least * 6L);
  }

  @Test
  void in_the_first_pass_as_well_what_grew_too_old_costs_nothing_younger() throws InterruptedException {
    takesNothingOlderThan(60, REFUSES);
    start(1);
    submit(0, 100, 110);
    drain();
    assertThat(progress.accepted()).isEqualTo(70 * 6);
    assertThat(failedRequests()).isEqualTo(1);
  }

  @Test
  void a_series_that_is_refused_beyond_that_is_left_to_the_next_pass() throws InterruptedException {
    sink.rule(batch -> batch.size() > 0 ? REFUSES : OK);
    amendment = declared(90);
    start(1);
    submit(0, 100, 110);
    drain();
    assertThat(failedRequests()).isEqualTo(3);
    assertThat(ledger.load().rejection(0, ONE.key(), NOW + 1_000 * MINUTE)).isPresent();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 30", "1, 0", "1, 30"})
  void a_destination_that_fails_for_what_is_too_old_is_believed_and_costs_nothing_much_younger(int pass, int window)
      throws InterruptedException {
    amendment = declared(window);
    takesNothingOlderThan(60, failed());
    start(1);
    submit(pass, 180, 180);
    drain();
    assertThat(time.millis()).isBetween(NOW + 5 * MINUTE, NOW + 8 * MINUTE);
    assertThat(progress.accepted()).isBetween(50L * 6, 55L * 6);
    assertThat(progress.pending()).isZero();
  }

  @Test
  void it_takes_no_five_minutes_for_every_batch_of_that_time() throws InterruptedException {
    amendment = declared(30);
    takesNothingOlderThan(60, failed());
    start(1);
    for (int i = 0; i < 50; i++) {
      int from = i * 3;
      Series[] series = IntStream.range(from, from + 3).mapToObj(n -> series("s" + n)).toArray(Series[]::new);
      delivery.submit(new Step(1, 0, i, new Batch(NOW - 90 * MINUTE, series, new double[3])));
    }
    drain();
    assertThat(progress.rejected()).isEqualTo(150);
    assertThat(time.millis()).isLessThan(NOW + 60 * MINUTE);
  }

  @Test
  void nor_for_every_time_of_a_stretch_where_more_is_declared_than_is_true() throws InterruptedException {
    amendment = declared(120);
    takesNothingOlderThan(30, failed());
    start(1);
    submit(1, 110, 110);
    drain();
    assertThat(progress.pending()).isZero();
    assertThat(time.millis()).isLessThan(NOW + 70 * MINUTE);
  }

  @Test
  void a_batch_that_grows_old_while_the_destination_is_ill_is_not_taken_for_too_old() throws InterruptedException {
    sink.rule(batch -> batch.size() > 0 && time.millis() < NOW + 150 * MINUTE ? failed() : OK);
    start(1);
    submit(0, 10, 160);
    drain();
    assertThat(progress.rejected()).isZero();
    assertThat(progress.accepted()).isEqualTo(160 * 6);
  }

  @Test
  void a_worker_that_comes_meanwhile_takes_for_too_old_only_what_is() throws InterruptedException {
    sink.rule(batch -> batch.size() > 0 && time.millis() < NOW + 60 * MINUTE ? failed() : OK);
    start(1);
    submit(0, 90, 150);
    drain();
    assertThat(progress.rejected()).isLessThanOrEqualTo(40 * 6);
    assertThat(progress.accepted()).isGreaterThanOrEqualTo(110 * 6);
  }

  @Test
  void a_busy_destination_that_comes_back_and_finds_a_batch_too_old_does_not_stop_a_lane() throws InterruptedException {
    sink.rule(batch -> time.millis() < NOW + 90 * MINUTE ? new WriteResult.RetryLater(WriteResult.Cause.FAILED,
        "HTTP 503: starting", Duration.ZERO)
        : batch.size() > 0 && batch.atMillis() < time.millis() - 60 * MINUTE ? failed() : OK);
    start(1);
    submit(0, 0, 120);
    drain();
    assertThat(progress.accepted()).isGreaterThan(75 * 6);
    assertThat(time.millis()).isLessThan(NOW + 121 * MINUTE);
  }

  @Test
  void where_no_later_pass_comes_what_it_fails_for_is_passed_over_at_once() throws InterruptedException {
    quarantines = false;
    takesNothingOlderThan(60, failed());
    start(1);
    submit(0, 180, 180);
    drain();
    assertThat(time.millis()).isLessThan(NOW + 8 * MINUTE);
    assertThat(progress.accepted()).isGreaterThan(50 * 6);
  }
}
