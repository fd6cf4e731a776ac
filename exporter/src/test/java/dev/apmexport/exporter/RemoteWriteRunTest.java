package dev.apmexport.exporter;

import static dev.apmexport.exporter.RemoteWriteRun.DATADOG;
import static dev.apmexport.exporter.RemoteWriteRun.PROMETHEUS;
import static dev.apmexport.exporter.source.remotewrite.WriteRequests.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.apmexport.exporter.RecordedRemoteWrite.Measured;
import dev.apmexport.exporter.RecordedRemoteWrite.Push;
import dev.apmexport.exporter.RecordedRemoteWrite.Told;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.source.remotewrite.NativeHistogramSender;
import dev.apmexport.exporter.source.remotewrite.WriteRequests;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that come by remote write arrive at both kinds of destination like any other run. */
@Timeout(300)
class RemoteWriteRunTest {
  private static final List<String> TAGS = List.of("env", "team", "scenario", "kind", "group", "name", "method",
      "status", "url", "proto", "expected_response", "error", "error_code", "check", "step");
  private static final String ALL = "['" + String.join("','", TAGS) + "']";
  private static final String RECORDED = """
      {'resampleRate': 1, 'metrics': ['checks', 'http_req_failed', 'orders', 'balance', 'stock', 'vus_max', 'cart_value',
        {'sourceMetric': 'http_reqs', 'targetMetric': 'reqs', 'keepTags': %1$s},
        {'sourceMetric': 'data_sent', 'targetMetric': 'sent', 'keepTags': %1$s},
        {'sourceMetric': 'orders', 'targetMetric': 'shop_orders', 'keepTags': %1$s}]}""".formatted(ALL);

  private static RemoteWriteRun recorded(List<Push> pushes) throws InterruptedException {
    RemoteWriteRun run = new RemoteWriteRun(pushes.getFirst().atMillis() - 60_000, RECORDED);
    for (Push push : pushes) {
      run.push(push.atMillis(), "", push.body());
    }
    run.finish();
    return run;
  }

  @Test
  void a_recorded_run_arrives_in_time_and_exact() throws InterruptedException {
    List<Push> pushes = RecordedRemoteWrite.pushes();
    try (RemoteWriteRun run = recorded(pushes)) {
      for (int export : new int[]{PROMETHEUS, DATADOG}) {
        ExportStatus.Samples samples = run.status(export).samples();
        assertThat(samples.late()).isZero();
        assertThat(samples.refusals()).isEmpty();
        assertThat(samples.read()).isEqualTo(pushes.stream().mapToLong(push -> push.samples().size()).sum())
            .isEqualTo(samples.selected() + samples.unselected() + samples.refused());
        ReconciliationReport report = run.secondPass(export);
        assertThat(report.exact()).as("%s", report).isTrue();
        assertThat(report.asExpected()).as("%s", report).isEqualTo(report.expected());
      }
      assertThat(run.prometheus.violations()).isEmpty();
      assertThat(run.datadog.violations()).isEmpty();
    }
  }

  /** A series' total at any time is that of what k6 had measured when it sent the last sample before. */
  @Test
  void totals_are_those_of_the_samples_at_every_sample_and_at_the_end() throws IOException, InterruptedException {
    List<Push> pushes = RecordedRemoteWrite.pushes();
    List<Measured> measured = RecordedRemoteWrite.measured();
    try (RemoteWriteRun run = recorded(pushes)) {
      int series = totals(run, pushes, measured, "http_reqs", "reqs")
          + totals(run, pushes, measured, "data_sent", "sent")
          + totals(run, pushes, measured, "orders", "shop_orders");
      assertThat(series).isGreaterThan(10);
      for (String metric : List.of("http_reqs", "iterations", "data_sent", "data_received", "orders")) {
        double all = sum(measured, one -> one.metric().equals(metric) ? one.value() : 0);
        assertThat(run.received("k6_" + metric).lastEntry().getValue()).as(metric).isEqualTo(all);
        assertThat(run.shown("k6." + metric).values().stream().mapToDouble(v -> v).sum()).as(metric)
            .isEqualTo(all);
      }
    }
  }

  private static double sum(List<Measured> samples, ToDoubleFunction<Measured> value) {
    return samples.stream().mapToDouble(value).sum();
  }

  private static Labels exported(Labels labels) {
    return labels.keep(TAGS);
  }

  /** Checks all series of one counter; returns how many there are. */
  private static int totals(RemoteWriteRun run, List<Push> pushes, List<Measured> measured, String metric,
      String target) {
    Map<Labels, Map<Labels, TreeMap<Long, Double>>> truth = new HashMap<>();
    for (Told told : pushes.stream().flatMap(push -> push.samples().stream()).toList()) {
      if (told.name().equals("k6_" + metric + "_total")) {
        double now = sum(measured, one -> one.metric().equals(metric) && one.tags().equals(told.tags())
            && one.atMillis() <= told.atMillis() ? one.value() : 0);
        truth.computeIfAbsent(exported(told.tags()), _ -> new HashMap<>())
            .computeIfAbsent(told.tags(), _ -> new TreeMap<>()).put(Math.floorDiv(told.atMillis(), 1000L) + 1, now);
      }
    }
    truth.forEach((labels, parts) -> run.received(new Series(target, labels).toString())
        .forEach((second, total) -> assertThat(total).as("%s%s at %d", metric, labels, second)
            .isEqualTo(parts.values().stream().map(part -> part.floorEntry(second))
                .mapToDouble(last -> last == null ? 0 : last.getValue()).sum())));
    return truth.size();
  }

  @Test
  void the_rate_of_failed_requests_is_one_of_every_window() throws IOException, InterruptedException {
    List<Measured> failed = RecordedRemoteWrite.measured().stream()
        .filter(one -> one.metric().equals("http_req_failed")).toList();
    try (RemoteWriteRun run = recorded(RecordedRemoteWrite.pushes())) {
      NavigableMap<Long, Double> total = run.shown("k6.http_req_failed.total");
      NavigableMap<Long, Double> nonzero = run.shown("k6.http_req_failed.nonzero");
      assertThat(total.values().stream().mapToDouble(n -> n).sum()).isEqualTo(failed.size());
      assertThat(nonzero.values().stream().mapToDouble(n -> n).sum()).isEqualTo(sum(failed, Measured::value))
          .isGreaterThan(50);
      run.received("k6_http_req_failed").forEach(
          (second, ratio) -> assertThat(ratio).isEqualTo(nonzero.get(second - 1) / total.get(second - 1)));
    }
  }

  @Test
  void gauges_are_those_of_the_samples() throws IOException, InterruptedException {
    List<Push> pushes = RecordedRemoteWrite.pushes();
    Set<Measured> measured = Set.copyOf(RecordedRemoteWrite.measured());
    try (RemoteWriteRun run = recorded(pushes)) {
      for (String gauge : List.of("vus", "vus_max", "stock", "balance")) {
        Map<Long, Double> truth = new TreeMap<>();
        for (Told told : pushes.stream().flatMap(push -> push.samples().stream())
            .filter(one -> one.name().equals("k6_" + gauge)).toList()) {
          assertThat(measured.contains(new Measured(gauge, told.atMillis(), told.value(), told.tags()))).isTrue();
          truth.merge(Math.floorDiv(told.atMillis(), 1000L) + 1, told.value(), Math::max); // two pushes in one second
        }
        assertThat(run.received("k6_" + gauge)).as(gauge).containsAllEntriesOf(truth);
      }
    }
  }

  @Test
  void what_k6_sends_of_a_trend_is_found_under_the_trends_name() throws InterruptedException {
    List<Push> pushes = RecordedRemoteWrite.pushes();
    try (RemoteWriteRun run = recorded(pushes)) {
      Map<Labels, TreeMap<Long, Double>> told = new HashMap<>();
      pushes.forEach(push -> push.samples().stream().filter(one -> one.name().equals("k6_http_req_duration_p99"))
          .forEach(one -> told.computeIfAbsent(one.tags(), _ -> new TreeMap<>())
              .put(Math.floorDiv(one.atMillis(), 1000L) + 1, one.value())));
      NavigableMap<Long, Double> received = run.received("k6_http_req_duration_p99");
      assertThat(received).hasSizeGreaterThan(30);
      received.forEach((second, value) -> {
        double greatest = told.values().stream().map(one -> one.floorEntry(second)).filter(last -> last != null)
            .mapToDouble(Map.Entry::getValue).max().orElseThrow();
        assertThat(value).isCloseTo(greatest, within(1e-12));
        assertThat(run.shown("k6.http_req_duration.99percentile").get(second - 1))
            .isCloseTo(greatest * 1000, within(1e-9));
      });
      assertThat(run.prometheus.content()).containsKeys("k6_cart_value_p99", "k6_checks_rate")
          .doesNotContainKeys("k6_http_req_duration_p95", "k6_checks");
      assertThat(run.datadog.content()).containsKeys("k6.cart_value.99percentile[]", "k6.checks.rate[]");
      assertThat(run.warnings(PROMETHEUS)).anyMatch(warning -> warning.startsWith("apm[0]: ")
          && warning.contains("http_req_duration_p99") && warning.contains("TREND_AS_NATIVE_HISTOGRAM"))
          .noneMatch(warning -> warning.contains("matched nothing"));
    }
  }

  @Test
  void native_histograms_come_back_as_trends_with_percentiles_of_every_window() throws InterruptedException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    long start = 1_700_000_000_000L;
    NativeHistogramSender home = new NativeHistogramSender();
    NativeHistogramSender pay = new NativeHistogramSender();
    Map<Long, double[]> windows = new TreeMap<>();
    try (RemoteWriteRun run = new RemoteWriteRun(start, "{'resampleRate': 5}")) {
      for (int push = 1; push <= 12; push++) {
        double[] values = random.doubles(200, 0.001, 0.4).toArray();
        home.add(Arrays.copyOfRange(values, 0, 120));
        pay.add(Arrays.copyOfRange(values, 120, 200));
        long at = start + push * 5_000L - 100;
        windows.put((start + push * 5_000L) / 1000, values);
        String name = "k6_http_req_duration_seconds";
        run.push(at + 50, "", pay.write(home.write(new WriteRequests(), labels(name), at),
            new String[]{"__name__", name, "name", "pay"}, at - 20).packed());
      }
      run.finish();
      double sum = 0;
      long count = 0;
      for (Map.Entry<Long, double[]> window : windows.entrySet()) {
        double[] values = window.getValue();
        Arrays.sort(values);
        count += values.length;
        sum += Arrays.stream(values).sum();
        long end = window.getKey();
        String as = "seed " + seed + " at " + end;
        assertThat(run.received("k6_http_req_duration_count").get(end)).as(as).isEqualTo(count);
        assertThat(run.received("k6_http_req_duration_sum").get(end)).as(as).isCloseTo(sum, within(1e-9));
        assertThat(run.received("k6_http_req_duration_avg").get(end)).as(as)
            .isCloseTo(Arrays.stream(values).average().orElseThrow(), within(1e-9));
        assertThat(run.received("k6_http_req_duration_p95").get(end)).as(as).isCloseTo(values[189],
            within(values[189] * 0.052));
        assertThat(run.shown("k6.http_req_duration.count").get(end - 5)).as(as).isEqualTo(200);
        assertThat(run.shown("k6.http_req_duration.median").get(end - 5)).as(as)
            .isCloseTo(values[99] * 1000, within(values[99] * 52));
      }
      assertThat(run.warnings(PROMETHEUS)).isEmpty();
      assertThat(run.secondPass(PROMETHEUS).exact()).isTrue();
    }
  }

  /** Pushes every 10 s of two generators, 7 s apart: neither is taken for silent, so nothing is late. */
  @Test
  void generators_that_push_seldom_are_waited_for_and_add_up() throws InterruptedException {
    long start = 1_700_000_000_000L;
    try (RemoteWriteRun run = new RemoteWriteRun(start, "{'resampleRate': 5}")) {
      for (int push = 1; push <= 10; push++) {
        long at = start + push * 10_000L;
        run.push(at, "a",
            new WriteRequests().sample("k6_vus", 3, at - 500).sample("k6_http_reqs_total", push * 7, at - 9_500)
                .packed());
        run.push(at + 7_000, "b", new WriteRequests().sample("k6_vus", 4, at + 6_500)
            .sample("k6_http_reqs_total", push * 5, at - 2_500).packed());
      }
      run.finish();
      assertThat(run.status(PROMETHEUS).samples().late()).isZero();
      assertThat(run.received("k6_http_reqs").lastEntry().getValue()).isEqualTo(120.0);
      assertThat(run.received("k6_vus").tailMap(start / 1000 + 20, true).values()).containsOnly(7.0);
      assertThat(run.secondPass(PROMETHEUS).exact()).isTrue();
    }
  }

  @Test
  void statistics_of_several_series_become_what_none_of_them_exceeds() throws InterruptedException {
    long start = 1_700_000_000_000L;
    try (RemoteWriteRun run = new RemoteWriteRun(start, """
        {'resampleRate': 1, 'trendStats': ['p(95)'], 'metrics': ['http_req_waiting', 'wait_min', 'cart', 'queue_max',
          {'sourceMetric': 'checks', 'targetMetric': 'ok', 'keepTags': ['name']}]}""")) {
      WriteRequests push = new WriteRequests();
      for (int i = 1; i <= 2; i++) {
        for (String name : List.of("http_req_waiting_p95", "http_req_waiting_min", "http_req_waiting_count",
            "cart_count",
            "wait_min", "queue_max", "checks_rate")) {
          push.series(new String[]{"__name__", "k6_" + name, "name", "n" + i},
              new WriteRequests.Sample(i / 1000.0, start + i));
        }
      }
      run.push(start + 2_000, "", push.packed());
      run.finish();
      Map<String, Double> values = new TreeMap<>();
      run.prometheus.content().forEach((series, points) -> values.put(series, points.lastEntry().getValue()));
      assertThat(values).containsExactlyInAnyOrderEntriesOf(Map.of("k6_http_req_waiting_p95", 0.002,
          "k6_http_req_waiting_min", 0.001, "k6_http_req_waiting_count", 3.0, "k6_cart_count", 0.003, "k6_wait_min",
          0.001,
          "k6_queue_max", 0.002, "ok{name=\"n1\"}", 0.001, "ok{name=\"n2\"}", 0.002));
    }
  }

  /** Named by the metric or by one of its statistics: what counts is where an entry stands in the block. */
  @Test
  void of_two_entries_for_a_statistic_the_first_writes_it_however_it_is_named() throws InterruptedException {
    long start = 1_700_000_000_000L;
    String byMetric = "{'sourceMetric': 'cart', 'targetMetric': 'cart'}";
    String byName = "{'sourceMetric': 'cart_p95', 'targetMetric': 'cart_p95'}";
    for (String entries : List.of(byMetric + "," + byName, byName + "," + byMetric)) {
      try (RemoteWriteRun run = new RemoteWriteRun(start,
          "{'resampleRate': 1, 'trendStats': ['p(95)'], 'includeDefaultMetrics': false, 'metrics': [" + entries
              + "]}")) {
        run.push(start + 2_000, "", new WriteRequests().sample("k6_cart_p95", 1, start).packed());
        run.finish();
        assertThat(run.prometheus.content().keySet()).hasSize(1).allMatch(series -> series.startsWith("cart_p95"));
        assertThat(run.warnings(PROMETHEUS)).anyMatch(warning -> warning.startsWith(
            "apm[0].metrics[1]: writes series that apm[0].metrics[0] writes already"));
      }
    }
  }
}
