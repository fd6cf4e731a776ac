package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.failed;
import static dev.apmexport.exporter.delivery.ScriptedSink.holds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.WriteResult;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A destination that answers an empty request and fails for others: whether it is ill, or a batch is what it cannot digest. */
class PoisonTest extends DeliveryFixture {
  private static final long MINUTE = 60_000;

  private void failsWritesUntil(long end) {
    failsWritesUntil(end, failed());
  }

  private void failsWritesUntil(long end, WriteResult failure) {
    sink.rule(batch -> batch.size() > 0 && time.millis() < NOW + end ? failure : OK);
  }

  static List<WriteResult> failures() {
    return List.of(failed(), ScriptedSink.noAnswer());
  }

  private void submit(int shard, int from, int to, int series) {
    for (int i = from; i < to; i++) {
      delivery.submit(step(shard, i, 1_000L * i, series));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {30_000, 55_000, 70_000, 30 * MINUTE})
  void an_outage_that_spares_the_probe_costs_no_series_its_points(long length) throws InterruptedException {
    failsWritesUntil(length);
    start(1);
    submit(0, 0, 120, 200);
    drain();
    assertThat(progress.rejected()).isZero();
    assertThat(progress.accepted()).isEqualTo(120 * 200);
    assertThat(time.millis()).as("nobody is made to wait long when it is over")
        .isLessThan(NOW + Math.max(length, 120_000) + 100_000);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void one_bad_series_costs_no_other_its_points_however_the_destination_fails_for_it(WriteResult failure)
      throws InterruptedException {
    sink.rule(batch -> holds(batch, "s17") ? failure : OK);
    start(1);
    submit(0, 0, 100, 200);
    drain();
    assertThat(progress.rejected()).isEqualTo(100);
    assertThat(progress.accepted()).isEqualTo(100 * 199);
    assertThat(time.millis()).isLessThan(NOW + 3 * MINUTE);
  }

  @Test
  void a_destination_that_answers_nothing_but_probes_for_some_time_costs_nobody_its_points()
      throws InterruptedException {
    failsWritesUntil(20 * MINUTE, ScriptedSink.noAnswer());
    start(4);
    for (int shard = 0; shard < 4; shard++) {
      submit(shard, 0, 60, 16);
    }
    drain();
    assertThat(progress.rejected()).isZero();
    assertThat(progress.accepted()).isEqualTo(4 * 60 * 16);
  }

  @Test
  void nor_does_one_that_begins_later_and_meets_series_that_are_new() throws InterruptedException {
    sink.rule(batch -> batch.size() > 0 && time.millis() >= NOW + 20_000 && time.millis() < NOW + 30 * MINUTE
        ? failed() : OK);
    start(1);
    submit(0, 0, 40, 3);
    submit(0, 40, 60, 6);
    drain();
    assertThat(progress.rejected()).isZero();
    assertThat(progress.accepted()).isEqualTo(40 * 3 + 20 * 6);
  }

  @Test
  void nor_one_in_which_every_lane_has_a_single_series() throws InterruptedException {
    failsWritesUntil(30 * MINUTE);
    start(4);
    for (int shard = 0; shard < 4; shard++) {
      submit(shard, 0, 20, 1);
    }
    drain();
    assertThat(progress.rejected()).isZero();
    assertThat(progress.accepted()).isEqualTo(4 * 20);
  }

  @Test
  void parts_that_failed_before_an_outage_ended_are_sent_once_more() throws InterruptedException {
    // Ten failures take 51.1 s; the search begins then, and the outage ends a moment later.
    failsWritesUntil(51_500);
    start(1);
    submit(0, 0, 5, 64);
    drain();
    assertThat(sink.sent()).as("the search had begun").anyMatch(one -> !one.accepted() && one.series().size() < 64);
    assertThat(progress.rejected()).isZero();
    assertThat(progress.accepted()).isEqualTo(5 * 64);
  }

  @Test
  void a_point_alone_in_its_batch_is_refused_if_the_destination_takes_what_others_send() throws InterruptedException {
    sink.rule(batch -> batch.size() == 1 ? failed() : OK);
    start(2);
    submit(1, 0, 600, 2);
    submit(0, 0, 3, 1);
    drain();
    assertThat(progress.rejected()).isEqualTo(3);
    assertThat(sink.sent().stream().filter(one -> one.series().size() == 1)).hasSizeLessThan(20)
        .allMatch(one -> one.when() < NOW + 2 * MINUTE);
    assertThat(ledger.load().rejection(0, key("s0"), NOW)).get().extracting("reason").isEqualTo("failed");
  }

  @Test
  void a_series_that_is_new_and_alone_does_not_stop_a_lane_for_ever() throws InterruptedException {
    sink.rule(batch -> holds(batch, "new") ? failed() : OK);
    start(1);
    submit(0, 0, 10, 3);
    delivery.submit(new Step(0, 0, 10, new Batch(NOW + 10_000, new Series[]{series("new")}, new double[]{0})));
    for (int i = 11; i < 20; i++) {
      delivery.submit(step(0, i, 1_000L * i, 3));
    }
    drain();
    assertThat(progress.rejected()).isEqualTo(1);
    assertThat(progress.accepted()).isEqualTo(19 * 3);
    assertThat(time.millis()).isBetween(NOW + 5 * MINUTE, NOW + 10 * MINUTE);
  }

  @Test
  void nor_does_one_that_stands_alone_at_the_very_beginning_of_its_lane_when_other_lanes_are_through()
      throws InterruptedException {
    sink.rule(batch -> holds(batch, "new") ? failed() : OK);
    start(2);
    submit(1, 0, 5, 2);
    delivery.submit(new Step(0, 0, 0, new Batch(NOW, new Series[]{series("new")}, new double[]{0})));
    submit(0, 1, 20, 3);
    drain();
    assertThat(progress.rejected()).isEqualTo(1);
    assertThat(progress.accepted()).isEqualTo(5 * 2 + 19 * 3);
    assertThat(time.millis()).isBetween(NOW + 5 * MINUTE, NOW + 10 * MINUTE);
  }

  @Test
  void what_the_first_pass_could_not_get_through_is_believed_to_be_bad_when_a_later_one_cannot_either()
      throws InterruptedException {
    ledger.reject(Rejection.quarantine(0, series("s0"), NOW - 100, "failed"));
    ledger.reject(Rejection.quarantine(0, series("s1"), NOW - 100, "failed"));
    sink.rule(batch -> batch.size() > 0 ? failed() : OK);
    start(1);
    for (int i = 0; i < 3; i++) {
      Batch batch = step(0, i, i - 10, 2).batch();
      delivery.submit(new Step(1, 0, i, batch));
    }
    drain();
    assertThat(progress.rejected()).isEqualTo(6);
    assertThat(time.millis()).isLessThan(NOW + 10 * MINUTE);
    assertThat(ledger.load().rejection(1, key("s1"), NOW - 10)).get().extracting("reason").isEqualTo("failed");
  }

  @Test
  void a_later_pass_waits_for_a_destination_that_fails_for_points_nobody_refused() throws InterruptedException {
    failsWritesUntil(30 * MINUTE);
    start(1);
    delivery.submit(new Step(1, 0, 0, step(0, 0, -10, 2).batch()));
    drain();
    assertThat(progress.rejected()).isZero();
    assertThat(progress.accepted()).isEqualTo(2);
  }

  @Test
  void an_outage_that_outlasts_the_time_for_an_export_leaves_its_points_pending() throws InterruptedException {
    failsWritesUntil(Duration.ofDays(1).toMillis());
    start(1);
    delivery.giveUpAt(time.instant().plus(Duration.ofHours(1)));
    submit(0, 0, 10, 8);
    time.until(delivery::gaveUp);
    assertThat(progress.rejected()).isZero();
    assertThat(progress.pending()).isEqualTo(10 * 8);
    assertThat(progress.lastError()).isEqualTo("failed");
  }
}
