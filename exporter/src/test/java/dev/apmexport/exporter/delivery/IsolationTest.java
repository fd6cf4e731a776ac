package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.holds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.delivery.ScriptedSink.Sent;
import dev.apmexport.exporter.sink.WriteResult;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a batch that is refused as a whole is taken apart, to find the points that are to blame. */
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
}
