package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the options of a block do to what arrives, in the live pass and after it. */
@Timeout(300)
class BlockOptionsTest {
  private static final long START = BlockRun.START;

  private static MetricSets durations(int second, double... values) {
    return new MetricSets(1).trend("my_trend", Labels.NONE, START + second, values);
  }

  private static String only(String metric, String options) {
    return "{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ['" + metric + "'], " + options + "}";
  }

  private static Map<Long, Double> finite(NavigableMap<Long, Double> points) {
    points.values().removeIf(value -> value.isNaN());
    return points;
  }

  @Test
  void only_the_statistics_asked_for_are_sent() throws InterruptedException {
    try (BlockRun run = new BlockRun(only("my_trend", "'trendStats': ['p(99.9)', 'count', 'max']"))) {
      run.push(3, durations(0, 1, 2, 3)).finish();
      assertThat(run.prometheus.content()).containsOnlyKeys("k6_my_trend_p999", "k6_my_trend_count", "k6_my_trend_max");
      assertThat(run.received("k6_my_trend_count")).isEqualTo(Map.of(0L, 0.0, 1_000L, 3.0));
      assertThat(run.received("k6_my_trend_max")).isEqualTo(Map.of(1_000L, 3.0));
    }
  }

  @Test
  void cumulative_statistics_speak_of_the_time_since_the_start_in_every_window() throws InterruptedException {
    try (BlockRun run = new BlockRun(
        only("my_trend", "'trendMode': 'cumulative', 'trendStats': ['max', 'min', 'avg']"))) {
      run.push(3, durations(0, 5, 7)).push(5, durations(2, 1, 3)).finish();
      assertThat(run.received("k6_my_trend_max")).isEqualTo(Map.of(1_000L, 7.0, 2_000L, 7.0, 3_000L, 7.0));
      assertThat(run.received("k6_my_trend_min")).isEqualTo(Map.of(1_000L, 5.0, 2_000L, 5.0, 3_000L, 1.0));
      assertThat(run.received("k6_my_trend_avg")).isEqualTo(Map.of(1_000L, 6.0, 2_000L, 6.0, 3_000L, 4.0));
      assertThat(run.secondPass(0, 1).exact()).isTrue();
    }
  }

  @Test
  void a_cumulative_statistic_takes_late_values_in_and_a_closing_point_sets_its_end_right()
      throws InterruptedException {
    try (BlockRun run = new BlockRun(only("my_trend", "'trendMode': 'cumulative', 'trendStats': ['max']"))) {
      run.push(3, durations(0, 5)).push(7, durations(4, 6)).push(8, durations(1, 9)).push(9, durations(5, 2)).finish();
      assertThat(run.received("k6_my_trend_max").lastEntry().getValue()).isEqualTo(9);
      run.secondPass(0, 1);
      run.push(20, durations(2, 11));
      ReconciliationReport report = run.secondPass(0, 2);
      assertThat(run.received("k6_my_trend_max").lastEntry()).isEqualTo(Map.entry(7_000L, 11.0));
      assertThat(report.refused()).isPositive(); // the windows between stand as they were sent
    }
  }

  @Test
  void a_rates_counters_add_up_beside_its_ratio() throws InterruptedException {
    try (BlockRun run = new BlockRun(only("checks", "'rateCounters': true"))) {
      run.push(3, new MetricSets(1).rate("checks", Labels.NONE, START, 1, 4))
          .push(5, new MetricSets(1).rate("checks", Labels.NONE, START + 2, 3, 3)).finish();
      assertThat(run.received("k6_checks")).isEqualTo(Map.of(1_000L, 0.25, 3_000L, 1.0));
      assertThat(run.received("k6_checks_nonzero"))
          .isEqualTo(Map.of(0L, 0.0, 1_000L, 1.0, 2_000L, 1.0, 3_000L, 4.0));
      assertThat(run.received("k6_checks_total")).isEqualTo(Map.of(0L, 0.0, 1_000L, 4.0, 2_000L, 4.0, 3_000L, 7.0));
      assertThat(run.secondPass(0, 1).exact()).isTrue();
    }
  }

  @Test
  void the_run_is_summed_up_once_at_its_end() throws InterruptedException {
    try (BlockRun run = new BlockRun("{'resampleRate': 1, 'runSummary': true, 'includeDefaultMetrics': false, "
        + "'trendStats': ['p(95)', 'count'], 'metrics': ['http_reqs', 'vus', 'checks', 'http_req_duration']}")) {
      for (int second = 0; second < 4; second++) {
        run.push(second + 3, new MetricSets(1).counter("http_reqs", Labels.NONE, START + second, 2)
            .gauge("vus", Labels.NONE, START + second, 5 - second)
            .rate("checks", Labels.NONE, START + second, second, 4)
            .trend("http_req_duration", Labels.NONE, START + second, 1000 * (second + 1)));
      }
      run.finish();
      Map<String, Double> summary = new java.util.TreeMap<>();
      run.prometheus.content().forEach((series, points) -> {
        if (series.startsWith("k6_run_")) {
          assertThat(points).hasSize(1).containsOnlyKeys((START + 4) * 1000);
          summary.put(series, points.lastEntry().getValue());
        }
      });
      assertThat(summary.remove("k6_run_http_req_duration_p95")).isBetween(3.9, 4.0);
      assertThat(summary).isEqualTo(Map.of("k6_run_http_reqs_count", 8.0, "k6_run_vus_value", 2.0, "k6_run_vus_min",
          2.0,
          "k6_run_vus_max", 5.0, "k6_run_checks_rate", 6.0 / 16, "k6_run_checks_nonzero", 6.0, "k6_run_checks_total",
          16.0, "k6_run_http_req_duration_count", 4.0));
      assertThat(run.secondPass(0, 1).exact()).isTrue();
      run.push(20, new MetricSets(1).counter("http_reqs", Labels.NONE, START + 1, 100));
      run.secondPass(0, 2);
      assertThat(run.received("k6_run_http_reqs_count").lastEntry()).isEqualTo(Map.entry(5_000L, 108.0));
    }
  }

  @Test
  void stale_markers_come_last_and_once() throws InterruptedException {
    try (BlockRun run = new BlockRun(Duration.ZERO, 1_000, only("http_reqs", "'staleMarkers': true"))) {
      run.push(3, new MetricSets(1).counter("http_reqs", Labels.NONE, START, 2)).finish();
      assertThat(run.received("k6_http_reqs")).doesNotContainValue(Double.NaN);
      assertThat(run.secondPass(0, 1).exact()).isTrue();
      assertThat(run.received("k6_http_reqs").lastEntry()).isEqualTo(Map.entry(1_001L, Double.NaN));
      long points = run.prometheus.points();
      assertThat(run.secondPass(0, 2).exact()).isTrue();
      assertThat(run.prometheus.points()).isEqualTo(points);
    }
  }

  @Test
  void a_closing_point_after_stale_markers_stands_behind_them_and_is_marked_again() throws InterruptedException {
    try (BlockRun run = new BlockRun(Duration.ZERO, 1_000, only("http_reqs", "'staleMarkers': true"))) {
      run.push(3, new MetricSets(1).counter("http_reqs", Labels.NONE, START, 2)).finish();
      run.secondPass(0, 1);
      run.push(20, new MetricSets(1).counter("http_reqs", Labels.NONE, START, 3));
      ReconciliationReport report = run.secondPass(0, 2);
      NavigableMap<Long, Double> points = run.received("k6_http_reqs");
      assertThat(points.lastEntry()).isEqualTo(Map.entry(2_002L, Double.NaN));
      assertThat(finite(points)).isEqualTo(Map.of(0L, 0.0, 1_000L, 2.0, 2_001L, 5.0));
      assertThat(report.filled()).isEqualTo(1);
      assertThat(run.prometheus.violations()).isEmpty();
    }
  }

  @Test
  void a_declared_out_of_order_window_lets_a_window_be_set_right_in_place() throws InterruptedException {
    try (BlockRun run = new BlockRun(only("queue", "'outOfOrder': '30m'"))) {
      run.push(3, new MetricSets(1).gauge("queue", Labels.NONE, START, 1))
          .push(9, new MetricSets(1).gauge("queue", Labels.NONE, START + 6, 2))
          .push(10, new MetricSets(1).gauge("queue", Labels.NONE, START + 1, 7)).finish();
      ReconciliationReport report = run.secondPass(0, 1);
      assertThat(report.exact()).isTrue();
      assertThat(report.corrected()).isPositive();
      assertThat(run.received("k6_queue").get(2_000L)).isEqualTo(7);
    }
  }

  @Test
  void static_tags_and_the_run_id_are_on_every_series() throws InterruptedException {
    try (BlockRun run = new BlockRun("{'resampleRate': 1, 'includeDefaultMetrics': false, 'includeTestRunId': true, "
        + "'tags': {'team': 'shop', 'build': 7}, 'metrics': [{'sourceMetric': 'http_reqs', 'keepTags': ['team', 'method']}]}")) {
      run.push(3, new MetricSets(1).counter("http_reqs", Labels.of("team", "from k6", "method", "GET"), START, 2))
          .finish();
      assertThat(run.prometheus.content())
          .containsOnlyKeys("k6_http_reqs{build=\"7\", method=\"GET\", team=\"shop\", test_run_id=\"42\"}");
    }
  }

  @Test
  void a_dashboards_preset_brings_its_names_and_its_label() throws InterruptedException {
    try (BlockRun run = new BlockRun("{'preset': 'grafana-19665', 'resampleRate': 1, 'metrics': ['my_counter']}")) {
      run.push(3, new MetricSets(1).counter("http_reqs", Labels.of("expected_response", "true", "url", "/"), START, 2)
          .rate("checks", Labels.of("check", "is ok"), START, 1, 1).counter("my_counter", Labels.NONE, START, 1)
          .counter("iterations", Labels.NONE, START, 1)).finish();
      assertThat(run.prometheus.content()).containsOnlyKeys(
          "k6_http_reqs_total{expected_response=\"true\", testid=\"42\"}",
          "k6_checks_rate{check=\"is ok\", testid=\"42\"}", "k6_my_counter{testid=\"42\"}");
    }
  }
}
