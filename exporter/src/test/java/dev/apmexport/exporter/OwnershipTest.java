package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A series at a destination has one owner within a run. */
@Timeout(300)
class OwnershipTest {
  private static final long START = BlockRun.START;

  private static MetricSets requests(int second) {
    return new MetricSets(1).counter("http_reqs", Labels.of("status", "200"), START + second, 5)
        .counter("http_reqs", Labels.of("status", "500"), START + second, 1)
        .counter("iterations", Labels.NONE, START + second, 2);
  }

  private static BlockRun play(String... blocks) throws InterruptedException {
    BlockRun run = new BlockRun(blocks);
    for (int second = 0; second < 10; second++) {
      run.push(second + 3, requests(second));
    }
    return run.finish();
  }

  private static void assertBalanced(BlockRun run, int index) {
    ExportStatus.Samples samples = run.status(index).samples();
    assertThat(samples.read()).isEqualTo(30)
        .isEqualTo(samples.selected() + samples.unselected() + samples.refused());
  }

  @Test
  void of_two_entries_for_one_series_the_first_writes_it_and_the_other_is_told() throws InterruptedException {
    try (BlockRun run = play("{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ["
        + "{'sourceMetric': 'http_reqs', 'targetMetric': 'all'}, {'sourceMetric': 'iterations', 'targetMetric': 'all'}]}")) {
      assertThat(run.received("all").lastEntry().getValue()).isEqualTo(60);
      assertThat(run.warnings(0))
          .containsExactly("apm[0].metrics[1]: writes series that apm[0].metrics[0] writes already "
              + "(1 of the run's series are left to it). Give this entry another targetMetric, or keep a tag that tells the "
              + "series apart.");
      assertThat(run.status(0).samples().refused()).isEqualTo(10);
      assertBalanced(run, 0);
      assertThat(run.secondPass(0, 1).exact()).isTrue();
    }
  }

  @Test
  void a_later_block_to_the_same_destination_leaves_the_series_of_an_earlier_one_alone() throws InterruptedException {
    try (BlockRun run = play("{'resampleRate': 2, 'includeDefaultMetrics': false, 'metrics': ['http_reqs']}",
        "{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ['http_reqs', 'iterations']}")) {
      assertThat(run.received("k6_http_reqs").keySet()).allMatch(at -> at % 2_000 == 0);
      assertThat(run.received("k6_iterations").lastEntry().getValue()).isEqualTo(20);
      assertThat(run.warnings(0)).isEmpty();
      assertThat(run.warnings(1)).singleElement().asString()
          .startsWith("apm[1].metrics[0]: writes series that apm[0].metrics[0] writes already (2 of");
      assertBalanced(run, 1);
      assertThat(run.secondPass(0, 1).exact()).isTrue();
      assertThat(run.secondPass(1, 1).exact()).isTrue();
      assertThat(run.prometheus.violations()).isEmpty();
    }
  }

  @Test
  void a_statistic_is_a_series_like_any_other() throws InterruptedException {
    BlockRun run = new BlockRun("{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ["
        + "'my_trend', {'sourceMetric': 'iterations', 'targetMetric': 'k6_my_trend_count'}]}");
    try (run) {
      run.push(3, new MetricSets(1).trend("my_trend", Labels.NONE, START, 1, 2, 3)
          .counter("iterations", Labels.NONE, START, 2)).finish();
      assertThat(run.received("k6_my_trend_count").lastEntry().getValue()).isEqualTo(3);
      assertThat(run.warnings(0)).singleElement().asString().contains("apm[0].metrics[0] writes already");
    }
  }

  @Test
  void kept_tags_tell_the_series_of_two_entries_apart() throws InterruptedException {
    try (BlockRun run = play("{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ["
        + "{'sourceMetric': 'http_reqs{status=\\'200\\'}', 'targetMetric': 'n', 'keepTags': ['status']},"
        + "{'sourceMetric': 'http_reqs{status=\\'500\\'}', 'targetMetric': 'n', 'keepTags': ['status']}]}")) {
      assertThat(run.received("n{status=\"200\"}").lastEntry().getValue()).isEqualTo(50);
      assertThat(run.received("n{status=\"500\"}").lastEntry().getValue()).isEqualTo(10);
      assertThat(run.warnings(0)).isEmpty();
    }
  }

  @Test
  void a_prometheus_takes_series_of_one_name_whatever_they_are() throws InterruptedException {
    BlockRun run = new BlockRun("{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ["
        + "{'sourceMetric': 'http_reqs', 'targetMetric': 'n', 'keepTags': ['status']},"
        + "{'sourceMetric': 'vus', 'targetMetric': 'n', 'keepTags': ['zone']}]}");
    try (run) {
      run.push(3, new MetricSets(1).counter("http_reqs", Labels.of("status", "200"), START, 2)
          .gauge("vus", Labels.of("zone", "a"), START, 7)).finish();
      assertThat(run.received("n{status=\"200\"}").lastEntry().getValue()).isEqualTo(2);
      assertThat(run.received("n{zone=\"a\"}").lastEntry().getValue()).isEqualTo(7);
      assertThat(run.warnings(0)).isEmpty();
    }
  }

  @Test
  void where_another_run_writes_too_nothing_is_set_right_in_place_and_the_verdict_says_so()
      throws InterruptedException {
    try (BlockRun run = new BlockRun(Duration.ofHours(1), 1_000,
        "{'resampleRate': 1, 'outOfOrder': '30m', 'staleMarkers': true, 'includeDefaultMetrics': false, "
            + "'metrics': ['queue']}")) {
      run.shared = true;
      run.push(3, new MetricSets(1).gauge("queue", Labels.NONE, START, 1))
          .push(9, new MetricSets(1).gauge("queue", Labels.NONE, START + 6, 2))
          .push(10, new MetricSets(1).gauge("queue", Labels.NONE, START + 1, 7)).finish();
      var report = run.secondPass(0, 1);
      assertThat(report.exact()).isFalse();
      assertThat(report.reason()).isEqualTo("shared series");
      assertThat(report.corrected()).isZero();
      assertThat(run.received("k6_queue").values()).doesNotContain(7.0).allMatch(Double::isFinite);
    }
  }
}
