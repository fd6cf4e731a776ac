package dev.apmexport.standalone.demo;

import static dev.apmexport.standalone.demo.OracleSamples.LAST;
import static dev.apmexport.standalone.demo.OracleSamples.points;
import static dev.apmexport.standalone.demo.OracleSamples.sample;
import static dev.apmexport.standalone.demo.OracleSamples.truth;
import static dev.apmexport.standalone.demo.RawSample.Type.TREND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.apmexport.standalone.demo.Expected.Exact;
import dev.apmexport.standalone.demo.Expected.Quantile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Trends in windows of 3 s from second 300 on; every value is computed by hand. */
class OracleTrendTest {
  @Test
  void a_trend_has_window_values_where_it_has_samples_and_totals_everywhere() {
    var truth = truth(Expectation.of("cart", "k6_cart"), sample("cart", TREND, 300, 0.2),
        sample("cart", TREND, 301, 0.1), sample("cart", TREND, 307, 0.25), LAST);

    assertThat(points(truth, "k6_cart_min")).containsExactly(entry(303_000L, new Exact(0.1)),
        entry(309_000L, new Exact(0.25)));
    assertThat(points(truth, "k6_cart_max")).containsExactly(entry(303_000L, new Exact(0.2)),
        entry(309_000L, new Exact(0.25)));
    assertThat(points(truth, "k6_cart_avg").get(303_000L).matches(0.15)).isTrue();
    assertThat(points(truth, "k6_cart_count")).containsExactly(entry(300_000L, new Exact(0)),
        entry(303_000L, new Exact(2)), entry(306_000L, new Exact(2)), entry(309_000L, new Exact(3)),
        entry(312_000L, new Exact(3)));
    assertThat(points(truth, "k6_cart_sum").get(312_000L).matches(0.55)).isTrue();
    assertThat(truth).hasSize(9);
  }

  /** 10 values: ranks 5, 9, 10, 10. The bucket of 9 is of the units 8960 to 9023, so 8.959 to 9.023. */
  @Test
  void a_quantile_is_of_nearest_rank_and_as_wide_as_its_bucket() {
    var samples = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).reversed().stream()
        .map(value -> sample("cart", TREND, 300, value)).toArray(RawSample[]::new);
    var truth = truth(Expectation.of("cart", "t"), samples);

    assertThat(points(truth, "t_med").get(303_000L)).extracting("exact").isEqualTo(5.0);
    assertThat(points(truth, "t_p95").get(303_000L)).extracting("exact").isEqualTo(10.0);
    assertThat(points(truth, "t_p99").get(303_000L)).extracting("upper").isEqualTo(10.0); // no value is greater
    Expected p90 = points(truth, "t_p90").get(303_000L);
    assertThat(p90.matches(9.023)).isTrue();
    assertThat(p90.matches(8.96)).isTrue();
    assertThat(p90.matches(9.0235)).isFalse();
    assertThat(p90.matches(8.9585)).isFalse();
  }

  @Test
  void times_that_k6_measures_are_seconds_and_custom_ones_stay() {
    var truth = new Oracle(3, 1, Map.of(), List.of(Expectation.of("http_req_duration", "a"),
        Expectation.of("payment_time", "b"))).truth(List.of(sample("http_req_duration", TREND, 300, 200),
            sample("payment_time", TREND, 300, 200)));

    assertThat(points(truth, "a_max")).containsExactly(entry(303_000L, new Exact(0.2)));
    assertThat(points(truth, "a_sum")).containsExactly(entry(300_000L, new Exact(0)), entry(303_000L, new Exact(0.2)));
    assertThat(points(truth, "a_count")).containsEntry(303_000L, new Exact(1));
    assertThat(points(truth, "a_p95").get(303_000L)).isEqualTo(new Quantile(0.2, 0.2, 0.2));
    assertThat(points(truth, "b_max")).containsExactly(entry(303_000L, new Exact(200)));
  }

  /** 100 ms is counted among the units 99,840 to 100,351, whatever the unit it is told in. */
  @Test
  void the_bucket_of_a_time_is_the_one_of_its_milliseconds() {
    var truth = truth(Expectation.of("http_req_duration", "t"), sample("http_req_duration", TREND, 300, 1),
        sample("http_req_duration", TREND, 300, 100), sample("http_req_duration", TREND, 300, 900));

    Expected median = points(truth, "t_med").get(303_000L);
    assertThat(median.matches(0.1003)).isTrue();
    assertThat(median.matches(0.09985)).isTrue();
    assertThat(median.matches(0.1004)).isFalse();
    assertThat(median.matches(0.0998)).isFalse();
  }
}
