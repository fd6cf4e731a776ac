package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class SeriesEstimateTest {
  private static final String TO = "\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/w\"";
  private static final List<InputSeries> RUN = List.of(
      new InputSeries(0, MetricType.COUNTER, "http_reqs", Labels.of("status", "200", "name", "/")),
      new InputSeries(1, MetricType.COUNTER, "http_reqs", Labels.of("status", "500", "name", "/")),
      new InputSeries(2, MetricType.COUNTER, "http_reqs", Labels.of("status", "500", "name", "/cart")),
      new InputSeries(3, MetricType.TREND, "paying", Labels.NONE),
      new InputSeries(4, MetricType.RATE, "my_rate", Labels.NONE));

  @Test
  void the_series_are_counted_as_the_destination_would_hold_them() {
    assertThat(estimates(block("{\"sourceMetric\":\"http_reqs\",\"keepTags\":[\"status\"]}")).getFirst().count())
        .isEqualTo(2);
    assertThat(estimates(block("\"http_reqs\",\"paying\"")).getFirst().count()).isEqualTo(1 + 9);
  }

  @Test
  void names_are_known_from_the_run_or_from_k6_and_else_the_plain_one_is_told() {
    SeriesEstimate estimate = estimates(block("\"paying\",\"checks\",\"grpc_req_duration\",\"unheard_of\"")).getFirst();

    assertThat(estimate.names()).contains("k6_paying_p95", "k6_checks", "k6_grpc_req_duration_count", "k6_unheard_of")
        .doesNotContain("k6_paying", "k6_unheard_of_p95");
  }

  @Test
  void what_another_block_writes_already_is_counted_there() {
    List<SeriesEstimate> estimates = estimates(block("\"my_rate\""), block("\"my_rate\",\"http_reqs\""));

    assertThat(estimates.stream().map(SeriesEstimate::count)).containsExactly(1, 1);
    assertThat(estimates.get(1).warnings()).extracting(Problem::path).containsExactly("apm[1].metrics[0]");
  }

  @Test
  void a_metric_that_the_run_does_not_have_is_told_with_what_was_probably_meant() {
    assertThat(estimates(block("\"my_rat\"")).getFirst().warnings()).singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("my_rat", "did you mean \"my_rate\"?"));
  }

  @Test
  void an_estimate_that_would_take_too_long_is_left() {
    String entries = "\"http_reqs\"" + ",{\"sourceMetric\":\"http_reqs{a=\\\"%d\\\"}\"}".repeat(400);
    SeriesEstimate estimate = estimates(block(entries.formatted(numbers(400)))).getFirst();
    for (int i = 5; i < 200_000; i++) {
      estimate.add(new InputSeries(i, MetricType.GAUGE, "other", Labels.of("i", Integer.toString(i))));
    }
    assertThat(estimate.count()).isNull();
    assertThat(estimate.names()).contains("k6_http_reqs");
  }

  private static Object[] numbers(int count) {
    return java.util.stream.IntStream.range(0, count).boxed().toArray();
  }

  private static String block(String metrics) {
    return "{" + TO + ",\"includeDefaultMetrics\":false,\"metrics\":[" + metrics + "]}";
  }

  private static List<SeriesEstimate> estimates(String... blocks) {
    List<Export.Neighbour> all = ApmBlocks.read(JsonMapper.shared().readTree("[" + String.join(",", blocks) + "]"))
        .stream().map((ApmBlock block) -> new Export.Neighbour(block.index(), Objects.requireNonNull(block.config())))
        .toList();
    List<SeriesEstimate> estimates = all.stream().map(block -> new SeriesEstimate(block, all)).toList();
    RUN.forEach(series -> estimates.forEach(estimate -> estimate.add(series)));
    return estimates;
  }
}
