package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a run's data show about a block is told to its owner. */
@Timeout(300)
class RunWarningsTest {
  private static final long START = BlockRun.START;

  @Test
  void a_metric_that_never_came_is_told_at_the_end_and_the_rest_is_exported() throws InterruptedException {
    try (BlockRun run = new BlockRun("{'resampleRate': 1, 'metrics': ['my_rat', 'nonsense']}")) {
      run.push(3,
          new MetricSets(1).rate("my_rate", Labels.NONE, START, 1, 2).counter("http_reqs", Labels.NONE, START, 1));
      assertThat(run.warnings(0)).isEmpty();
      run.finish();
      assertThat(run.warnings(0)).containsExactly(
          "apm[0].metrics[0]: \"my_rat\" matched nothing in this run (did you mean \"my_rate\"?).",
          "apm[0].metrics[1]: \"nonsense\" matched nothing in this run.");
      assertThat(run.received("k6_http_reqs").lastEntry().getValue()).isEqualTo(1);
      assertThat(run.secondPass(0, 1).exact()).isTrue();
    }
  }

  @Test
  void a_selector_that_fits_no_series_is_told() throws InterruptedException {
    try (BlockRun run = new BlockRun(
        "{'metrics': [{'sourceMetric': 'http_reqs{status=\\'500\\'}', 'targetMetric': 'e'}]}")) {
      run.push(3, new MetricSets(1).counter("http_reqs", Labels.of("status", "200"), START, 1)).finish();
      assertThat(run.warnings(0)).containsExactly("apm[0].metrics[0]: \"http_reqs{status=\"500\"}\" matched nothing: "
          + "the run has http_reqs, but no series of it fits the selector.");
    }
  }

  @Test
  void a_metric_of_the_default_set_that_a_test_does_not_have_is_no_mistake() throws InterruptedException {
    try (BlockRun run = new BlockRun("{'resampleRate': 1}", "{'preset': 'grafana-19665', 'tags': {'b': 1}}")) {
      run.push(3, new MetricSets(1).gauge("vus", Labels.NONE, START, 1)).finish();
      assertThat(run.warnings(0)).isEmpty();
      assertThat(run.warnings(1)).isEmpty();
    }
  }

  @Test
  void a_kept_tag_with_many_values_is_told_with_their_number() throws InterruptedException {
    try (BlockRun run = new BlockRun(
        "{'includeDefaultMetrics': false, 'metrics': [{'sourceMetric': 'http_reqs', 'keepTags': ['url', 'status']}]}")) {
      MetricSets push = new MetricSets(1);
      for (int i = 0; i < 150; i++) {
        push.counter("http_reqs", Labels.of("url", "/" + i, "status", "200"), START, 1);
      }
      run.push(3, push);
      assertThat(run.warnings(0))
          .containsExactly("apm[0].metrics[0]: keeps the tag \"url\", which has 150 values in this "
              + "run; each is a series that the destination stores and may charge for.");
    }
  }

  @Test
  void series_beyond_the_limit_of_an_export_are_refused_counted_and_told() throws InterruptedException {
    try (BlockRun run = new BlockRun(Duration.ZERO, 4, "{'resampleRate': 1, 'includeDefaultMetrics': false, "
        + "'metrics': [{'sourceMetric': 'http_reqs', 'keepTags': ['status']}]}")) {
      for (int second = 0; second < 3; second++) {
        MetricSets push = new MetricSets(1);
        for (int status = 200; status < 207; status++) {
          push.counter("http_reqs", Labels.of("status", Integer.toString(status)), START + second, 1);
        }
        run.push(second + 3, push);
      }
      run.finish();
      assertThat(run.warnings(0)).containsExactly("apm[0]: would make 3 series more than its limit of 4; they were "
          + "refused for this run, the others go on. Keep fewer tags, or have an operator raise the tenant's "
          + "outputSeriesLimit.");
      assertThat(run.status(0).samples().refused()).isEqualTo(9);
      assertThat(run.prometheus.content()).hasSize(4);
      assertThat(run.secondPass(0, 1).exact()).isTrue();
    }
  }

  @Test
  void what_has_no_room_leaves_smaller_outputs_their_place_and_never_comes_in_later() throws InterruptedException {
    try (BlockRun run = new BlockRun(Duration.ZERO, 11,
        "{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ['a', 't', 'u', 'b', 'c']}",
        "{'resampleRate': 1, 'includeDefaultMetrics': false, 'metrics': ['c']}")) {
      for (int second = 0; second < 2; second++) {
        run.push(second + 3, new MetricSets(1).counter("a", Labels.NONE, START + second, 1)
            .trend("t", Labels.NONE, START + second, 1).trend("u", Labels.NONE, START + second, 1)
            .counter("b", Labels.NONE, START + second, 1).counter("c", Labels.NONE, START + second, 1));
      }
      run.finish();
      assertThat(run.prometheus.content()).hasSize(12).containsKeys("k6_a", "k6_t_sum", "k6_b", "k6_c");
      assertThat(run.status(0).samples().refused()).isEqualTo(4);
      assertThat(run.warnings(0)).singleElement().asString().startsWith("apm[0]: would make 10 series more");
      assertThat(run.warnings(1)).isEmpty(); // what its neighbour has no room for is not its neighbour's
      assertThat(run.secondPass(0, 1).exact()).isTrue();
    }
  }

  @Test
  void input_series_beyond_the_limit_of_a_run_are_refused_counted_and_told() throws InterruptedException {
    try (BlockRun run = new BlockRun("{'resampleRate': 1}")) {
      MetricSets push = new MetricSets(1);
      for (int i = 0; i < 1_010; i++) {
        push.counter("http_reqs", Labels.of("url", "/" + i), START, 1);
      }
      run.push(3, push).push(4, push).finish();
      assertThat(run.warnings(0)).singleElement().asString()
          .startsWith("samples: The run has 10 input series more than its limit of 1000;");
      assertThat(run.received("k6_http_reqs").lastEntry().getValue()).isEqualTo(2_000);
    }
  }
}
