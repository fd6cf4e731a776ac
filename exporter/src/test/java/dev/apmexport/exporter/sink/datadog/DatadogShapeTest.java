package dev.apmexport.exporter.sink.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.resample.Aggregation;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.resample.Resampler;
import dev.apmexport.exporter.resample.Route;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.sink.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Windows of 2 s in, points out: {@code name{labels} @millis value}. */
class DatadogShapeTest {
  private static final InputSeries REQS = new InputSeries(0, MetricType.COUNTER, "http_reqs", Labels.NONE);
  private static final InputSeries VUS = new InputSeries(1, MetricType.GAUGE, "vus", Labels.NONE);
  private static final InputSeries CHECKS = new InputSeries(2, MetricType.RATE, "checks", Labels.NONE);
  private static final InputSeries DURATION = new InputSeries(3, MetricType.TREND, "http_req_duration", Labels.NONE);
  private static final String COUNT = "{__interval__=\"2\", test=\"x\"} ";
  private static final String GAUGE = "{test=\"x\"} ";

  private final List<String> points = new ArrayList<>();

  private Resampler resampler(Statistics statistics) {
    DatadogShape shape = new DatadogShape(statistics);
    Point.Receiver out = (series, at, value) -> {
      points.add(series + " @" + at + " " + value);
      assertThat(shape.isTotal(series)).isFalse();
    };
    return new Resampler(new Resampler.Config(2, 1, 10, statistics.needsSinceStart()), DatadogShapeTest::route,
        new WindowReceiver() {
          @Override
          public void window(Window window, List<Aggregation> opened, List<Aggregation> live) {
            opened.forEach(one -> shape.open(window, one, out));
            live.forEach(one -> shape.window(window, one, out));
          }

          @Override
          public void end(Window last, List<Aggregation> live) {
            live.forEach(one -> shape.end(last, one, out));
          }
        });
  }

  private static Route.Destinations route(InputSeries series) {
    return Route.Destinations
        .of(new Output(series.name(), series.type(), "k6." + series.name(), Labels.of("test", "x")));
  }

  @Test
  void a_counter_is_what_happened_in_each_window_at_its_start() {
    Resampler resampler = resampler(DatadogConfig.STATISTICS);
    resampler.counter(REQS, 4, 3);
    resampler.counter(REQS, 5, 1);
    resampler.counter(REQS, 8, 2);
    resampler.sealThrough(8);
    assertThat(points).containsExactly("k6.http_reqs" + COUNT + "@4000 4.0", "k6.http_reqs" + COUNT + "@6000 0.0",
        "k6.http_reqs" + COUNT + "@8000 2.0");
  }

  @Test
  void what_comes_late_is_in_no_window() {
    Resampler resampler = resampler(DatadogConfig.STATISTICS);
    resampler.counter(REQS, 4, 3);
    resampler.sealBefore(6);
    resampler.counter(REQS, 4, 5);
    resampler.counter(REQS, 6, 1);
    resampler.sealBefore(8);
    assertThat(points).containsExactly("k6.http_reqs" + COUNT + "@4000 3.0", "k6.http_reqs" + COUNT + "@6000 1.0");
  }

  @Test
  void a_gauge_repeats_its_value() {
    Resampler resampler = resampler(DatadogConfig.STATISTICS);
    resampler.gauge(0, VUS, 4, 7);
    resampler.sealThrough(7);
    assertThat(points).containsExactly("k6.vus" + GAUGE + "@4000 7.0", "k6.vus" + GAUGE + "@6000 7.0");
  }

  @Test
  void a_rate_has_points_where_it_has_samples() {
    Resampler resampler = resampler(DatadogConfig.STATISTICS);
    resampler.rate(CHECKS, 4, 1, 4);
    resampler.rate(CHECKS, 8, 0, 3);
    resampler.sealThrough(8);
    assertThat(points).containsExactly("k6.checks" + GAUGE + "@4000 0.25", "k6.checks.nonzero" + COUNT + "@4000 1.0",
        "k6.checks.total" + COUNT + "@4000 4.0", "k6.checks" + GAUGE + "@8000 0.0",
        "k6.checks.nonzero" + COUNT + "@8000 0.0", "k6.checks.total" + COUNT + "@8000 3.0");
  }

  @Test
  void a_trend_is_told_in_its_own_unit_where_it_has_values() {
    Resampler resampler = resampler(DatadogConfig.STATISTICS);
    resampler.trend(DURATION, 4, histogram(100, 200, 300, 400));
    resampler.trend(DURATION, 8, histogram(7));
    resampler.sealThrough(8);
    String name = "k6.http_req_duration.";
    assertThat(points).startsWith(name + "avg" + GAUGE + "@4000 250.0", name + "max" + GAUGE + "@4000 400.0",
        name + "min" + GAUGE + "@4000 100.0", name + "median" + GAUGE + "@4000 200.703",
        name + "95percentile" + GAUGE + "@4000 400.0", name + "99percentile" + GAUGE + "@4000 400.0",
        name + "count" + COUNT + "@4000 4.0", name + "avg" + GAUGE + "@8000 7.0").hasSize(14);
  }

  @Test
  void cumulative_statistics_speak_of_the_time_since_the_start_and_counts_of_their_window() {
    Resampler resampler = resampler(new Statistics(Statistics.ofWindows("max", "sum", "count").trend(), true, false));
    resampler.trend(DURATION, 4, histogram(5, 4));
    resampler.trend(DURATION, 8, histogram(3));
    resampler.sealThrough(8);
    String name = "k6.http_req_duration.";
    assertThat(points).containsExactly(name + "max" + GAUGE + "@4000 5.0", name + "sum" + COUNT + "@4000 9.0",
        name + "count" + COUNT + "@4000 2.0", name + "max" + GAUGE + "@6000 5.0", name + "max" + GAUGE + "@8000 5.0",
        name + "sum" + COUNT + "@8000 3.0", name + "count" + COUNT + "@8000 1.0");
  }

  @Test
  void the_run_is_summed_up_by_gauges_at_its_last_windows_time() {
    Resampler resampler = resampler(new Statistics(Statistics.ofWindows("max", "count").trend(), false, true));
    resampler.counter(REQS, 4, 3);
    resampler.gauge(0, VUS, 4, 7);
    resampler.rate(CHECKS, 4, 1, 4);
    resampler.trend(DURATION, 4, histogram(5, 4));
    resampler.counter(REQS, 6, 2);
    resampler.gauge(0, VUS, 6, 2);
    resampler.trend(DURATION, 6, histogram(3));
    resampler.sealThrough(7);
    points.clear();
    resampler.end();
    assertThat(points).containsExactly("k6.run.http_reqs.count" + GAUGE + "@6000 5.0",
        "k6.run.vus.value" + GAUGE + "@6000 2.0", "k6.run.vus.min" + GAUGE + "@6000 2.0",
        "k6.run.vus.max" + GAUGE + "@6000 7.0", "k6.run.checks.rate" + GAUGE + "@6000 0.25",
        "k6.run.checks.nonzero" + GAUGE + "@6000 1.0", "k6.run.checks.total" + GAUGE + "@6000 4.0",
        "k6.run.http_req_duration.max" + GAUGE + "@6000 5.0", "k6.run.http_req_duration.count" + GAUGE + "@6000 3.0");
  }

  private static Histogram histogram(double... values) {
    Histogram histogram = new Histogram();
    Arrays.stream(values).forEach(histogram::add);
    return histogram;
  }
}
