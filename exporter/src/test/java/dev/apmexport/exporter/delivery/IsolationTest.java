package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.failed;
import static dev.apmexport.exporter.delivery.ScriptedSink.holds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.delivery.ScriptedSink.Sent;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.WriteResult;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a batch that is refused as a whole is taken apart. */
class IsolationTest extends DeliveryFixture {

  @Test
  void one_bad_series_costs_no_other_its_points() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s3") ? new WriteResult.Invalid("bad s3") : OK);
    start(1);
    delivery.submit(step(0, 0, -2, 8));
    delivery.submit(step(0, 1, -1, 8));
    drain();
    assertThat(stored(NOW - 2)).containsExactlyInAnyOrder("s0", "s1", "s2", "s4", "s5", "s6", "s7");
    assertThat(progress.accepted()).isEqualTo(14);
    assertThat(progress.rejected()).isEqualTo(2);
    assertThat(progress.lastError()).isEqualTo("bad s3");
    assertThat(ledger.load().rejection(0, key("s3"), NOW - 2)).get().extracting("reason").isEqualTo("bad s3");
  }

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
  void no_request_is_refused_twice_and_no_series_is_sent_twice_in_one() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s3") || holds(batch, "s70") ? new WriteResult.Invalid("bad") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 100));
    drain();
    List<List<String>> refused = sink.sent().stream().filter(one -> !one.accepted()).map(Sent::series).toList();
    assertThat(new HashSet<>(refused)).hasSameSizeAs(refused);
    assertThat(progress.rejected()).isEqualTo(2);
    assertThat(progress.accepted()).isEqualTo(98);
  }

  @Test
  void finding_one_bad_series_among_5000_takes_no_more_than_32_requests() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s4711") ? new WriteResult.Invalid("bad") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 5_000));
    drain();
    assertThat(sink.sent()).hasSizeLessThanOrEqualTo(33);
    assertThat(progress.rejected()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8, 20})
  void some_bad_ones_among_5000_cost_no_healthy_one_its_points(int bad) throws InterruptedException {
    Random random = new Random(bad);
    Set<String> culprits = new HashSet<>();
    while (culprits.size() < bad) {
      culprits.add("s" + random.nextInt(5_000));
    }
    sink.rule(batch -> Arrays.stream(batch.series()).anyMatch(series -> culprits.contains(series.name()))
        ? new WriteResult.Invalid("bad") : OK);
    start(1);
    delivery.submit(step(0, 0, -2, 5_000));
    delivery.submit(step(0, 1, -1, 5_000));
    drain();
    assertThat(stored(NOW - 2)).hasSize(5_000 - bad).doesNotContainAnyElementsOf(culprits);
    assertThat(stored(NOW - 1)).as("nobody else is left out later").hasSize(5_000 - bad);
    assertThat(progress.rejected()).isEqualTo(2 * bad);
    assertThat(sink.sent()).hasSizeLessThanOrEqualTo(2 + 2 * bad * 13);
  }

  @Test
  void bad_ones_that_stand_together_cost_no_healthy_one_its_points() throws InterruptedException {
    sink.rule(batch -> Arrays.stream(batch.series()).anyMatch(series -> series.name().matches("s10[01]\\d"))
        ? new WriteResult.Invalid("bad") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 5_000));
    drain();
    assertThat(stored(NOW)).hasSize(4_980);
  }

  @Test
  void a_destination_that_refuses_everything_is_believed_soon() throws InterruptedException {
    sink.rule(_ -> new WriteResult.Invalid("no"));
    start(1);
    delivery.submit(step(0, 0, 0, 5_000));
    drain();
    assertThat(sink.sent()).hasSizeLessThanOrEqualTo(33);
    assertThat(progress.rejected()).isEqualTo(5_000);
  }

  @Test
  void a_search_ends_however_many_are_bad() throws InterruptedException {
    sink.rule(batch -> Arrays.stream(batch.series()).anyMatch(series -> series.name().hashCode() % 40 == 0)
        ? new WriteResult.Invalid("bad") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 5_000));
    drain();
    assertThat(sink.sent()).hasSizeLessThanOrEqualTo(513);
    assertThat(progress.accepted()).isEqualTo(stored(NOW).size()).isGreaterThan(1_000);
  }

  @Test
  void in_strict_mode_a_refused_batch_is_left_out_as_a_whole_and_nothing_of_it_is_sent_again()
      throws InterruptedException {
    strict = true;
    sink.rule(batch -> batch.atMillis() == NOW - 2 ? new WriteResult.Invalid("bad") : OK);
    start(1);
    delivery.submit(step(0, 0, -2, 8));
    delivery.submit(step(0, 1, -1, 8));
    drain();
    assertThat(sink.sent()).extracting(Sent::atMillis).containsExactly(NOW - 2, NOW - 1);
    assertThat(progress.rejected()).isEqualTo(8);
    assertThat(progress.lastError()).isEqualTo("bad");
    assertThat(ledger.load().rejection(0, key("s3"), NOW - 2)).get().extracting("reason").isEqualTo("bad");
    assertThat(ledger.load().rejection(0, key("s3"), NOW - 1)).isEmpty();
  }

  @Test
  void where_very_many_are_bad_the_search_is_broken_off() throws InterruptedException {
    sink.rule(batch -> Arrays.stream(batch.series()).anyMatch(series -> series.name().hashCode() % 7 == 0)
        ? new WriteResult.Invalid("bad") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 5_000));
    drain();
    assertThat(sink.sent()).hasSizeLessThanOrEqualTo(33);
    assertThat(progress.accepted() + progress.rejected()).isEqualTo(5_000);
    assertThat(progress.accepted()).isEqualTo(stored(NOW).size());
  }

  @Test
  void a_passing_failure_during_the_search_condemns_nobody() throws InterruptedException {
    AtomicInteger requests = new AtomicInteger();
    sink.rule(batch -> {
      if (batch.size() > 0 && requests.incrementAndGet() % 2 == 0) { return failed(); }
      return holds(batch, "s3") ? new WriteResult.Invalid("bad s3") : OK;
    });
    start(1);
    delivery.submit(step(0, 0, 0, 64));
    drain();
    assertThat(progress.rejected()).isEqualTo(1);
    assertThat(stored(NOW)).hasSize(63).doesNotContain("s3");
  }

  @Test
  void a_batch_too_large_is_halved_until_it_fits() throws InterruptedException {
    sink.rule(batch -> batch.size() > 100 ? new WriteResult.TooLarge("HTTP 413") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 1_000));
    drain();
    assertThat(stored(NOW)).hasSize(1_000);
    assertThat(progress.accepted()).isEqualTo(1_000);
  }

  @Test
  void the_size_that_a_destination_takes_is_remembered_for_all_lanes() throws InterruptedException {
    sink.rule(batch -> batch.size() > 100 ? new WriteResult.TooLarge("HTTP 413") : OK);
    start(2);
    delivery.submit(step(0, 0, -9, 1_000));
    drain();
    int learning = sink.sent().size();
    delivery.submit(step(0, 1, -8, 1_000));
    delivery.submit(step(1, 0, -7, 1_000));
    drain();
    assertThat(sink.sent().subList(learning, sink.sent().size())).allMatch(Sent::accepted);
    assertThat(sink.sent().size() - learning).as("no smaller than need be").isLessThanOrEqualTo(2 * 16);
    assertThat(progress.accepted()).isEqualTo(3_000);
  }

  @Test
  void one_point_too_large_does_not_make_all_requests_small() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s2") ? new WriteResult.TooLarge("HTTP 413") : OK);
    start(1);
    delivery.submit(step(0, 0, -2, 64));
    drain();
    int learning = sink.sent().size();
    delivery.submit(step(0, 1, -1, 64));
    drain();
    assertThat(sink.sent()).hasSize(learning + 1);
    assertThat(sink.sent().getLast().series()).hasSize(63);
  }

  @Test
  void a_single_point_too_large_is_refused() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s2") ? new WriteResult.TooLarge("HTTP 413") : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 4));
    drain();
    assertThat(stored(NOW)).containsExactlyInAnyOrder("s0", "s1", "s3");
    assertThat(ledger.load().rejection(0, key("s2"), NOW)).get().extracting("reason").isEqualTo("HTTP 413");
  }

  @Test
  void a_batch_that_kills_a_healthy_destination_each_time_is_taken_apart() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s5") ? failed() : OK);
    start(1);
    delivery.submit(step(0, 0, -2, 16));
    delivery.submit(step(0, 1, -1, 16));
    drain();
    assertThat(stored(NOW - 2)).hasSize(15).doesNotContain("s5");
    assertThat(stored(NOW - 1)).hasSize(15);
    assertThat(progress.rejected()).isEqualTo(2);
    assertThat(ledger.load().rejection(0, key("s5"), NOW - 2)).get().extracting("reason").isEqualTo("failed");
  }

  @Test
  void a_destination_that_fails_for_everything_is_waited_for() throws InterruptedException {
    sink.rule(_ -> time.millis() < NOW + 1_800_000 ? failed() : OK);
    start(1);
    delivery.submit(step(0, 0, 0, 16));
    drain();
    assertThat(progress.accepted()).isEqualTo(16);
    assertThat(progress.rejected()).isZero();
    assertThat(sink.probes()).isPositive();
    assertThat(sink.sent()).allMatch(one -> one.series().size() == 16);
  }

  @Test
  void a_destination_that_falls_over_while_a_batch_is_taken_apart_is_waited_for() throws InterruptedException {
    AtomicInteger requests = new AtomicInteger();
    sink.rule(batch -> {
      boolean down = requests.incrementAndGet() > 14 && time.millis() < NOW + 3_600_000;
      return down || holds(batch, "s5") ? failed() : OK;
    });
    start(1);
    delivery.submit(step(0, 0, 0, 64));
    drain();
    assertThat(stored(NOW)).hasSize(63).doesNotContain("s5");
    assertThat(progress.rejected()).isEqualTo(1);
  }

  @Test
  void busy_and_unreachable_destinations_are_never_a_batchs_fault() throws InterruptedException {
    sink.rule(batch -> batch.size() == 0 || time.millis() > NOW + 600_000 ? OK
        : time.millis() % 200 == 0 ? ScriptedSink.busy(0) : ScriptedSink.noConnection());
    start(1);
    delivery.submit(step(0, 0, 0, 16));
    drain();
    assertThat(progress.accepted()).isEqualTo(16);
    assertThat(sink.sent()).allMatch(one -> one.series().size() == 16);
  }

  private Set<String> stored(long at) {
    Set<String> stored = new HashSet<>();
    sink.sent().stream().filter(one -> one.accepted() && one.atMillis() == at)
        .forEach(one -> stored.addAll(one.series()));
    return stored;
  }

  private static long key(String name) {
    return new Series(name, Labels.NONE).key();
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
