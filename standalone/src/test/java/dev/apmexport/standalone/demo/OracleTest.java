package dev.apmexport.standalone.demo;

import static dev.apmexport.standalone.demo.OracleSamples.LAST;
import static dev.apmexport.standalone.demo.OracleSamples.points;
import static dev.apmexport.standalone.demo.OracleSamples.sample;
import static dev.apmexport.standalone.demo.OracleSamples.series;
import static dev.apmexport.standalone.demo.OracleSamples.truth;
import static dev.apmexport.standalone.demo.RawSample.Type.COUNTER;
import static dev.apmexport.standalone.demo.RawSample.Type.GAUGE;
import static dev.apmexport.standalone.demo.RawSample.Type.RATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.apmexport.standalone.demo.Expected.Exact;
import dev.apmexport.standalone.demo.Expected.OneOf;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Windows of 3 s from second 300 on, unless it says otherwise; every value is computed by hand. */
class OracleTest {
  @Test
  void a_counter_is_a_total_from_zero_that_repeats_to_the_end_of_the_run() {
    var truth = truth(Expectation.of("orders", "k6_orders"), sample("orders", COUNTER, 300.1, 2),
        sample("orders", COUNTER, 302.999, 3), sample("orders", COUNTER, 306, 4), LAST);

    assertThat(points(truth, "k6_orders")).containsExactly(entry(300_000L, new Exact(0)),
        entry(303_000L, new Exact(5)), entry(306_000L, new Exact(5)), entry(309_000L, new Exact(9)),
        entry(312_000L, new Exact(9)));
  }

  @Test
  void a_series_starts_at_its_own_first_window() {
    var truth = truth(Expectation.of("orders", "k6_orders", "kind"),
        sample("orders", COUNTER, 300, 1, Map.of("kind", "plain")),
        sample("orders", COUNTER, 304, 1, Map.of("kind", "gift")));

    assertThat(truth).containsOnlyKeys(series("k6_orders", "kind", "plain"), series("k6_orders", "kind", "gift"));
    assertThat(truth.get(series("k6_orders", "kind", "gift"))).containsExactly(entry(303_000L, new Exact(0)),
        entry(306_000L, new Exact(1)));
    assertThat(truth.get(series("k6_orders", "kind", "plain"))).containsExactly(entry(300_000L, new Exact(0)),
        entry(303_000L, new Exact(1)), entry(306_000L, new Exact(1)));
  }

  @Test
  void a_gauge_is_any_value_of_the_latest_bucket_and_repeats() {
    var truth = truth(Expectation.of("stock", "k6_stock"), sample("stock", GAUGE, 300.2, 90),
        sample("stock", GAUGE, 302.1, 80), sample("stock", GAUGE, 302.7, 70),
        sample("stock", GAUGE, 308, 60), LAST);

    assertThat(points(truth, "k6_stock")).containsExactly(entry(303_000L, new OneOf(List.of(80.0, 70.0))),
        entry(306_000L, new OneOf(List.of(80.0, 70.0))), entry(309_000L, new OneOf(List.of(60.0))),
        entry(312_000L, new OneOf(List.of(60.0))));
  }

  @Test
  void a_rate_is_of_its_window_and_absent_without_samples() {
    var truth = truth(Expectation.of("checks", "k6_checks"), sample("checks", RATE, 300, 1),
        sample("checks", RATE, 301, 0), sample("checks", RATE, 302, 1), sample("checks", RATE, 306, 0),
        LAST);

    assertThat(points(truth, "k6_checks")).containsExactly(entry(303_000L, new Exact(2.0 / 3)),
        entry(309_000L, new Exact(0)));
  }

  /** The bucket [300, 303) of 3 s lies in the window [300, 306), the sample at 305.9 in the bucket [303, 306). */
  @Test
  void the_start_of_the_bucket_decides_the_window() {
    var oracle = new Oracle(6, 3, Map.of(), List.of(Expectation.of("stock", "k6_stock")));
    var truth = oracle.truth(List.of(sample("stock", GAUGE, 302.9, 1), sample("stock", GAUGE, 303.1, 2),
        sample("stock", GAUGE, 305.9, 3)));

    assertThat(points(truth, "k6_stock")).containsExactly(entry(306_000L, new OneOf(List.of(2.0, 3.0))));
    assertThatThrownBy(() -> new Oracle(5, 3, Map.of(), List.of()))
        .hasMessage("resampleSeconds must be a multiple of 3; got 5");
  }

  @Test
  void only_kept_and_static_labels_stay_and_reserved_tags_are_not_even_seen() {
    var expectation = Expectation.of("orders", "k6_orders", "kind", "group", "__hidden")
        .where(tags -> tags.keySet().equals(Set.of("kind", "group", "env")));
    var oracle = new Oracle(3, 1, Map.of("test_run_id", "7"), List.of(expectation));
    var truth = oracle.truth(List.of(sample("orders", COUNTER, 300, 1,
        Map.of("kind", "gift", "group", "", "env", "x", "test_run_id", "mine", "__hidden", "h"))));

    assertThat(truth).containsOnlyKeys(OutputSeries.of("k6_orders", Map.of("kind", "gift", "test_run_id", "7")));
  }

  @Test
  void the_earlier_expectation_owns_an_output_series() {
    var oracle = new Oracle(3, 1, Map.of(), List.of(Expectation.of("a", "x"), Expectation.of("b", "x")));
    var truth = oracle.truth(List.of(sample("b", COUNTER, 300, 5), sample("a", COUNTER, 300, 1)));

    assertThat(points(truth, "x")).containsEntry(303_000L, new Exact(1));
  }

  @Test
  void doubles_may_differ_by_rounding_only() {
    assertThat(new Exact(1e6).matches(1e6 + 1e-4)).isTrue();
    assertThat(new Exact(1e6).matches(1e6 + 1e-2)).isFalse();
    assertThat(new Exact(0).matches(Double.NaN)).isFalse();
    assertThat(new OneOf(List.of(1.0, -2.0)).matches(-2)).isTrue();
    assertThat(new OneOf(List.of(1.0, -2.0)).matches(0)).isFalse();
  }
}
