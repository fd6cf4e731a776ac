package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.MadeUpRun.Push;
import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.reconcile.ReadBackResult;
import dev.apmexport.exporter.reconcile.ReadBackResult.Difference;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.reconcile.ReconciliationReport.Refusal;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;

/** A run's summary stands at the run's end, which data that come after it may move. */
class RunSummaryTest {
  private static final long START = MadeUpRun.START;
  private static final String OVERTAKEN = "sent before later data came, and no longer right; "
      + "it can neither be taken back nor be set right, receiver not declared out-of-order";

  /** A run of a minute whose counter counts 18 and whose gauge has gone up to 50. */
  private static BlockRun prometheus(Duration outOfOrder, String options) throws InterruptedException {
    BlockRun run = new BlockRun(outOfOrder, 1_000, "{'resampleRate': 10, 'runSummary': true, " + options
        + "'includeDefaultMetrics': false, 'metrics': ['http_reqs', 'queue_length']}");
    for (int second = 0; second < 60; second += 10) {
      run.push(second + 12, new MetricSets(1).counter("http_reqs", Labels.NONE, START + second, 3)
          .gauge("queue_length", Labels.NONE, START + second, second));
    }
    return run.finish();
  }

  private static void later(BlockRun run, int second) throws InterruptedException {
    run.push(second + 12, new MetricSets(1).counter("http_reqs", Labels.NONE, START + second, 100));
  }

  private static void assertAddsUp(ReconciliationReport report) {
    assertThat(report.asExpected() + report.filled() + report.corrected() + report.refused() + report.pending())
        .isEqualTo(report.expected());
  }

  @Test
  void without_data_after_the_end_it_is_exact_and_verified() throws InterruptedException {
    try (BlockRun run = prometheus(Duration.ZERO, "'queryURL': '', ")) {
      ReconciliationReport report = run.secondPass(0, 1);
      assertThat(report.exact()).isTrue();
      assertThat(report.expected()).isEqualTo(run.prometheus.points());
      assertThat(report.readBack()).isEqualTo(ReadBackResult.of(report.expected(), 0, List.of()));
    }
  }

  @Test
  void a_prometheus_keeps_the_first_one_and_the_report_says_so() throws InterruptedException {
    try (BlockRun run = prometheus(Duration.ZERO, "'queryURL': '', ")) {
      run.secondPass(0, 1);
      later(run, 60);
      ReconciliationReport second = run.secondPass(0, 2);
      assertThat(run.received("k6_run_http_reqs_count")).isEqualTo(Map.of(60_000L, 18.0, 70_000L, 118.0));
      assertThat(run.received("k6_run_queue_length_max")).isEqualTo(Map.of(60_000L, 50.0, 70_000L, 50.0));
      long at = (START + 60) * 1_000;
      assertThat(second.refusals()).containsExactly(new Refusal("k6_run_http_reqs_count", at, at, 1, OVERTAKEN));
      assertThat(second.exact()).isFalse();
      assertThat(second.expected()).isEqualTo(run.prometheus.points());
      assertAddsUp(second);
      assertThat(second.readBack()).isEqualTo(ReadBackResult.of(second.expected(), 1,
          List.of(new Difference("k6_run_http_reqs_count", at, 118.0, 18.0))));
      assertThat(run.secondPass(0, 2)).isEqualTo(second);
    }
  }

  @Test
  void what_a_pass_has_set_is_found_by_the_next_revision() throws InterruptedException {
    try (BlockRun run = prometheus(Duration.ZERO, "'queryURL': '', ")) {
      run.secondPass(0, 1);
      later(run, 60);
      run.secondPass(0, 2);
      later(run, 90);
      ReconciliationReport third = run.secondPass(0, 3);
      assertThat(run.received("k6_run_http_reqs_count"))
          .isEqualTo(Map.of(60_000L, 18.0, 70_000L, 118.0, 100_000L, 218.0));
      assertThat(third.refusals()).containsExactly(
          new Refusal("k6_run_http_reqs_count", (START + 60) * 1_000, (START + 70) * 1_000, 2, OVERTAKEN));
      assertThat(third.expected()).isEqualTo(run.prometheus.points());
      assertAddsUp(third);
      assertThat(third.readBack()).isNotNull();
      assertThat(third.readBack().pointsDifferent()).isEqualTo(2);
    }
  }

  @Test
  void a_receiver_that_takes_corrections_shows_the_final_values_at_both_times() throws InterruptedException {
    try (BlockRun run = prometheus(Duration.ofHours(1), "'outOfOrder': '1h', 'queryURL': '', ")) {
      run.secondPass(0, 1);
      later(run, 60);
      ReconciliationReport second = run.secondPass(0, 2);
      assertThat(run.received("k6_run_http_reqs_count")).isEqualTo(Map.of(60_000L, 118.0, 70_000L, 118.0));
      assertThat(second.exact()).isTrue();
      assertThat(second.corrected()).isOne();
      assertAddsUp(second);
      assertThat(second.readBack()).isEqualTo(ReadBackResult.of(run.prometheus.points(), 0, List.of()));
    }
  }

  @Test
  void a_datadog_shows_the_final_values_at_all_times() throws InterruptedException {
    try (DatadogRun run = DatadogRun.of(START, 1, "{'resampleRate': 10, 'includeDefaultMetrics': false, "
        + "'metrics': ['http_reqs'], 'runSummary': true}")) {
      for (int second = 0; second < 60; second += 10) {
        push(run, second, 3);
        run.advance();
        run.settle();
      }
      run.finish();
      assertThat(run.secondPass(1).exact()).isTrue();
      push(run, 60, 100);
      ReconciliationReport second = run.secondPass(2);
      assertThat(summary(run)).isEqualTo(Map.of(START + 50, 118.0, START + 60, 118.0));
      assertThat(second).isEqualTo(new ReconciliationReport(2, true, null, 9, 6, 2, 1, 0, 0, List.of()));
      push(run, 80, 100);
      ReconciliationReport third = run.secondPass(3);
      assertThat(summary(run)).isEqualTo(Map.of(START + 50, 218.0, START + 60, 218.0, START + 80, 218.0));
      assertThat(third).isEqualTo(new ReconciliationReport(3, true, null, 12, 7, 3, 2, 0, 0, List.of()));
      assertThat(run.secondPass(3)).isEqualTo(third);
    }
  }

  private static void push(DatadogRun run, int second, double count) throws InterruptedException {
    Sample sample = new Sample(0, MetricType.COUNTER, "http_reqs", Labels.NONE, START + second, count);
    run.append(START + second + 12, "", new Push(second, 0, List.of(sample)).payload(1));
  }

  private static NavigableMap<Long, Double> summary(DatadogRun run) {
    return run.datadog.content().entrySet().stream().filter(series -> series.getKey().startsWith("k6.run."))
        .findFirst().orElseThrow().getValue();
  }
}
