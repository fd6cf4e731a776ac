package dev.apmexport.exporter.sink.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.resample.Resampler;
import dev.apmexport.exporter.resample.Route;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Windows in, points out: {@code name{labels} @millis value}. */
class PrometheusShapeTest {
  private static final InputSeries REQS = new InputSeries(0, MetricType.COUNTER, "http_reqs", Labels.NONE);
  private static final InputSeries VUS = new InputSeries(1, MetricType.GAUGE, "vus", Labels.NONE);
  private static final InputSeries CHECKS = new InputSeries(2, MetricType.RATE, "checks", Labels.NONE);
  private static final InputSeries DURATION = new InputSeries(3, MetricType.TREND, "http_req_duration", Labels.NONE);
  private static final InputSeries SIZE = new InputSeries(4, MetricType.TREND, "my_size", Labels.NONE);

  private final PrometheusShape shape = new PrometheusShape(RemoteWriteConfig.STATISTICS, false);
  private final List<String> points = new ArrayList<>();
  private final Resampler resampler = new Resampler(new Resampler.Config(2, 1, 10, false),
      PrometheusShapeTest::route,
      (window, opened, live) -> {
        Point.Receiver out = (series, at, value) -> points.add(series + " @" + at + " " + value);
        opened.forEach(one -> shape.open(window, one, out));
        live.forEach(one -> shape.window(window, one, out));
      });

  private static Route.Destinations route(InputSeries series) {
    String name = series.labels().get("as").isEmpty() ? "k6_" + series.name() : series.labels().get("as");
    return Route.Destinations.of(new Output(series.name(), series.type(), name, Labels.of("test", "x")));
  }

  @Test
  void a_counter_starts_with_a_zero_at_its_windows_start_and_runs_on() {
    resampler.counter(REQS, 4, 3);
    resampler.counter(REQS, 8, 2);
    resampler.sealThrough(8);
    assertThat(points).containsExactly("k6_http_reqs{test=\"x\"} @4000 0.0", "k6_http_reqs{test=\"x\"} @6000 3.0",
        "k6_http_reqs{test=\"x\"} @8000 3.0", "k6_http_reqs{test=\"x\"} @10000 5.0");
  }

  @Test
  void a_gauge_repeats_its_value() {
    resampler.gauge(0, VUS, 4, 7);
    resampler.sealThrough(7);
    assertThat(points).containsExactly("k6_vus{test=\"x\"} @6000 7.0", "k6_vus{test=\"x\"} @8000 7.0");
  }

  @Test
  void a_rate_is_the_windows_ratio_where_it_had_samples() {
    resampler.rate(CHECKS, 4, 1, 4);
    resampler.rate(CHECKS, 8, 3, 3);
    resampler.sealThrough(8);
    assertThat(points).containsExactly("k6_checks{test=\"x\"} @6000 0.25", "k6_checks{test=\"x\"} @10000 1.0");
  }

  @Test
  void a_trend_has_nine_series_and_k6s_own_times_are_in_seconds() {
    resampler.trend(DURATION, 4, histogram(100, 200, 300, 400));
    resampler.sealThrough(6);
    assertThat(points).containsExactly("k6_http_req_duration_count{test=\"x\"} @4000 0.0",
        "k6_http_req_duration_sum{test=\"x\"} @4000 0.0",
        "k6_http_req_duration_min{test=\"x\"} @6000 0.1", "k6_http_req_duration_max{test=\"x\"} @6000 0.4",
        "k6_http_req_duration_avg{test=\"x\"} @6000 0.25", "k6_http_req_duration_med{test=\"x\"} @6000 0.200703",
        "k6_http_req_duration_p90{test=\"x\"} @6000 0.4", "k6_http_req_duration_p95{test=\"x\"} @6000 0.4",
        "k6_http_req_duration_p99{test=\"x\"} @6000 0.4", "k6_http_req_duration_count{test=\"x\"} @6000 4.0",
        "k6_http_req_duration_sum{test=\"x\"} @6000 1.0", "k6_http_req_duration_count{test=\"x\"} @8000 4.0",
        "k6_http_req_duration_sum{test=\"x\"} @8000 1.0");
  }

  @Test
  void what_a_users_trend_holds_is_not_known_and_not_converted() {
    resampler.trend(SIZE, 4, histogram(100));
    resampler.sealThrough(4);
    assertThat(points).contains("k6_my_size_max{test=\"x\"} @6000 100.0", "k6_my_size_sum{test=\"x\"} @6000 100.0");
  }

  @Test
  void a_trend_that_is_late_only_has_no_statistics() {
    resampler.counter(REQS, 6, 1);
    resampler.sealBefore(8);
    points.clear();
    resampler.trend(DURATION, 5, histogram(1_000));
    resampler.sealBefore(10);
    assertThat(points).containsExactly("k6_http_req_duration_count{test=\"x\"} @8000 0.0",
        "k6_http_req_duration_sum{test=\"x\"} @8000 0.0",
        "k6_http_reqs{test=\"x\"} @10000 1.0", "k6_http_req_duration_count{test=\"x\"} @10000 1.0",
        "k6_http_req_duration_sum{test=\"x\"} @10000 1.0");
  }

  @Test
  void totals_are_counters_and_a_trends_count_and_sum() {
    resampler.counter(REQS, 4, 3);
    resampler.gauge(0, VUS, 4, 7);
    resampler.rate(CHECKS, 4, 1, 4);
    resampler.trend(DURATION, 4, histogram(1));
    resampler.sealThrough(4);
    assertThat(List.of("k6_http_reqs", "k6_http_req_duration_count", "k6_http_req_duration_sum"))
        .allMatch(this::isTotal);
    assertThat(List.of("k6_vus", "k6_checks", "k6_http_req_duration_avg", "k6_other")).noneMatch(this::isTotal);
  }

  private boolean isTotal(String name) {
    return shape.isTotal(new Series(name, Labels.of("test", "x")));
  }

  private static Histogram histogram(double... values) {
    Histogram histogram = new Histogram();
    Arrays.stream(values).forEach(histogram::add);
    return histogram;
  }
}
