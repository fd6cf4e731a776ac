package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Series that Datadog would take for one are one before they leave, or one of them does not leave. */
@Timeout(300)
class DatadogCollisionTest {
  private static final long START = MadeUpRun.START;

  private static DatadogRun play(String block, IntFunction<MetricSets> push) throws InterruptedException {
    DatadogRun run = DatadogRun.of(START, 1, block);
    for (int second = 0; second < 4; second++) {
      run.append(START + second + 3, "", push.apply(second).packed());
      run.advance();
    }
    run.finish();
    return run;
  }

  private static void assertSentOnce(DatadogRun run) throws InterruptedException {
    assertThat(run.datadog.violations()).isEmpty();
    run.datadog.content().forEach((series, points) -> points.keySet()
        .forEach(second -> assertThat(run.datadog.history(series, second)).as(series).hasSize(1)));
    ReconciliationReport report = run.secondPass(1);
    assertThat(report.exact()).as(report.toString()).isTrue();
    assertThat(report.expected()).isEqualTo(run.datadog.points()).isEqualTo(report.asExpected());
  }

  @Test
  void tags_that_become_the_same_are_merged_before_they_are_sent() throws InterruptedException {
    try (DatadogRun run = play(
        "{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': [{'sourceMetric': 'http_reqs', "
            + "'keepTags': ['name', 'Name']}, {'sourceMetric': 'http_req_duration', 'keepTags': ['name']}]}",
        second -> new MetricSets(1).counter("http_reqs", Labels.of("name", "/Cart"), START + second, 1)
            .counter("http_reqs", Labels.of("name", "/cart"), START + second, 10)
            .counter("http_reqs", Labels.of("name", "/cart:"), START + second, 100)
            .counter("http_reqs", Labels.of("Name", "/cart"), START + second, 1_000)
            .counter("http_reqs", Labels.of("name", "a b"), START + second, 10_000)
            .counter("http_reqs", Labels.of("name", "a?b"), START + second, 100_000)
            .trend("http_req_duration", Labels.of("name", "A"), START + second, 1)
            .trend("http_req_duration", Labels.of("name", "a"), START + second, 3))) {
      assertThat(run.datadog.content()).containsKeys("k6.http_reqs[name:/cart]", "k6.http_reqs[name:a_b]",
          "k6.http_req_duration.avg[name:a]").hasSize(2 + 7);
      assertThat(run.datadog.content().get("k6.http_reqs[name:/cart]").values()).containsOnly(1_111.0);
      assertThat(run.datadog.content().get("k6.http_reqs[name:a_b]").values()).containsOnly(110_000.0);
      assertThat(run.datadog.content().get("k6.http_req_duration.avg[name:a]").values()).containsOnly(2.0);
      assertSentOnce(run);
    }
  }

  @Test
  void of_entries_that_make_one_name_the_first_writes_and_the_other_is_told() throws InterruptedException {
    try (DatadogRun run = play("{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ["
        + "{'sourceMetric': 'http_reqs', 'targetMetric': 'shop.total'}, "
        + "{'sourceMetric': 'iterations', 'targetMetric': 'shop.total'}, "
        + "{'sourceMetric': 'http_req_duration', 'targetMetric': 'shop.time'}, "
        + "{'sourceMetric': 'data_sent', 'targetMetric': 'shop.time.count'}, "
        + "{'sourceMetric': 'vus', 'targetMetric': 'shop.time.max'}]}",
        second -> new MetricSets(1).counter("http_reqs", Labels.NONE, START + second, 1)
            .trend("http_req_duration", Labels.NONE, START + second, 5, 7)
            .counter("iterations", Labels.NONE, START + second, 10)
            .counter("data_sent", Labels.NONE, START + second, 100)
            .gauge("vus", Labels.NONE, START + second, 9))) {
      assertThat(run.datadog.content().get("shop.total[]").values()).containsOnly(1.0);
      assertThat(run.datadog.content().get("shop.time.count[]").values()).containsOnly(2.0);
      assertThat(run.datadog.content().get("shop.time.max[]").values()).containsOnly(7.0);
      assertThat(run.warnings()).hasSize(3).allSatisfy(told -> assertThat(told).contains(" writes already "));
      assertSentOnce(run);
    }
  }

  @Test
  void of_entries_that_make_one_name_a_count_and_a_gauge_the_first_writes_and_the_other_is_told()
      throws InterruptedException {
    try (DatadogRun run = play("{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ["
        + "{'sourceMetric': 'http_reqs', 'targetMetric': 'shop.x', 'keepTags': ['url']}, "
        + "{'sourceMetric': 'vus', 'targetMetric': 'shop.x', 'keepTags': ['zone']}]}",
        second -> new MetricSets(1).counter("http_reqs", Labels.of("url", "/"), START + second, 1)
            .gauge("vus", Labels.of("zone", "a"), START + second, 9)
            .gauge("vus", Labels.of("zone", "b"), START + second, 9))) {
      assertThat(run.datadog.content()).containsOnlyKeys("shop.x[url:/]");
      assertThat(run.warnings()).containsExactly("apm[0].metrics[1]: would write shop.x as a gauge, which "
          + "apm[0].metrics[0] writes as a count of windows of 1 s already; at this destination all series of a name are "
          + "of one kind. Give this entry another targetMetric. Until then series are left out, 2 of this run.");
      assertSentOnce(run);
    }
  }

  @Test
  void a_batch_far_too_large_is_cut_and_every_point_sent_once() throws InterruptedException {
    int series = 3_000;
    try (DatadogRun run = play("{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ["
        + "{'sourceMetric': 'http_reqs', 'keepTags': ['a', 'b', 'c', 'i']}]}", second -> {
          Random random = new Random(1);
          MetricSets push = new MetricSets(1);
          for (int i = 0; i < series; i++) {
            push.counter("http_reqs", Labels.of(noise(random, i)), START + second, i + 1);
          }
          return push;
        })) {
      assertThat(run.datadog.content()).hasSize(series);
      assertThat(run.datadog.points()).isEqualTo(series * 4L);
      assertThat(run.datadog.requests()).isGreaterThan(4);
      assertThat(run.datadog.content().values().stream().mapToDouble(points -> points.lastEntry().getValue()).sum())
          .isEqualTo(series * (series + 1) / 2.0);
      assertSentOnce(run);
    }
  }

  private static Map<String, String> noise(Random random, int i) {
    Map<String, String> labels = new TreeMap<>();
    for (String name : new String[]{"a", "b", "c"}) {
      labels.put(name, random.ints(150, 'a', 'z' + 1)
          .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString());
    }
    labels.put("i", Integer.toString(i));
    return labels;
  }
}
