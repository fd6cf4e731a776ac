package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.resample.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** At a destination that knows one kind for all series of a name, the first that is written decides it. */
class ExportRouteTest {
  private static final InputSeries REQUESTS = new InputSeries(0, MetricType.COUNTER, "http_reqs",
      Labels.of("url", "/"));
  private static final InputSeries USERS = new InputSeries(1, MetricType.GAUGE, "vus", Labels.of("zone", "a"));
  private static final InputSeries WAITING = new InputSeries(2, MetricType.TREND, "http_req_waiting",
      Labels.of("url", "/"));

  /** One run's blocks to one destination, each with its route. */
  private static List<ExportRoute> routes(int period, int limit, String... blocks) {
    List<Export.Neighbour> all = new ArrayList<>();
    for (String text : blocks) {
      ObjectNode block = (ObjectNode) JsonMapper.shared().readTree(text.replace('\'', '"'));
      block.put("provider", "datadog").put("apiKey", "0123").put("includeDefaultMetrics", false);
      all.add(new Export.Neighbour(all.size(),
          Objects.requireNonNull(ApmBlocks.readBlock(all.size(), block).config())));
    }
    List<ExportRoute> routes = all.stream().map(
        one -> new ExportRoute(new Export(one.index(), one.config(), new InMemoryLedger(), all, false), "42", limit))
        .toList();
    routes.forEach(route -> route.begin(period));
    return routes;
  }

  private static List<List<String>> names(List<ExportRoute> routes, InputSeries series) {
    return routes.stream().map(route -> route.outputs(series).outputs().stream().map(Output::name).toList()).toList();
  }

  private static List<List<String>> warnings(List<ExportRoute> routes) {
    return routes.stream().map(route -> route.warnings(true).stream().map(Problem::toString).toList()).toList();
  }

  @Test
  void of_two_blocks_the_one_whose_series_comes_first_decides_what_a_name_is_in_every_export() {
    List<ExportRoute> routes = routes(1, 1_000,
        "{'metrics': [{'sourceMetric': 'http_reqs', 'targetMetric': 'shop.x', 'keepTags': ['url']}]}",
        "{'metrics': [{'sourceMetric': 'vus', 'targetMetric': 'shop.x', 'keepTags': ['zone']}]}");
    assertThat(names(routes, USERS)).containsExactly(List.of(), List.of("shop.x"));
    assertThat(names(routes, REQUESTS)).containsExactly(List.of(), List.of());
    assertThat(names(routes, REQUESTS)).containsExactly(List.of(), List.of());
    assertThat(warnings(routes)).element(0).asList().singleElement().asString()
        .startsWith("apm[0].metrics[0]: would write shop.x as a count of windows of 3 s, which apm[1].metrics[0] "
            + "writes as a gauge already;")
        .contains(" Give this entry another targetMetric.");
    assertThat(warnings(routes)).element(1).asList().isEmpty();
  }

  @Test
  void counts_of_one_name_have_windows_of_one_length_and_gauges_may_have_any() {
    String block = "{'resampleRate': %d, 'tags': {'block': '%d'}, 'metrics': ['http_reqs', 'vus']}";
    List<ExportRoute> routes = routes(1, 1_000, block.formatted(2, 0), block.formatted(3, 1));
    assertThat(names(routes, REQUESTS)).containsExactly(List.of("k6.http_reqs"), List.of());
    assertThat(names(routes, USERS)).containsExactly(List.of("k6.vus"), List.of("k6.vus"));
    assertThat(warnings(routes)).element(1).asList().singleElement().asString()
        .contains("would write k6.http_reqs as a count of windows of 3 s, which apm[0].metrics[0] writes as a count of "
            + "windows of 2 s already;",
            " Give both blocks the same resampleRate, or this entry another targetMetric.");
  }

  @Test
  void windows_are_of_one_length_if_the_pushes_make_them_so() {
    String block = "{'resampleRate': %d, 'tags': {'block': '%d'}, 'metrics': ['http_reqs']}";
    List<ExportRoute> routes = routes(3, 1_000, block.formatted(2, 0), block.formatted(3, 1));
    assertThat(names(routes, REQUESTS)).containsExactly(List.of("k6.http_reqs"), List.of("k6.http_reqs"));
    assertThat(warnings(routes)).allMatch(List::isEmpty);
  }

  @Test
  void an_output_that_finds_no_room_decides_nothing() {
    List<ExportRoute> routes = routes(1, 1, "{'metrics': [{'sourceMetric': 'http_req_waiting', 'targetMetric': 'x'}]}",
        "{'metrics': [{'sourceMetric': 'vus', 'targetMetric': 'x.count'}]}");
    assertThat(names(routes, WAITING)).containsExactly(List.of(), List.of());
    assertThat(names(routes, USERS)).containsExactly(List.of(), List.of("x.count"));
    assertThat(warnings(routes)).allMatch(List::isEmpty);
  }

  @Test
  void a_trend_of_which_one_statistic_is_of_another_kind_is_left_out_as_a_whole() {
    List<ExportRoute> routes = routes(1, 1_000,
        "{'metrics': [{'sourceMetric': 'http_req_waiting', 'targetMetric': 'shop.x', 'keepTags': ['url']}, "
            + "{'sourceMetric': 'vus', 'targetMetric': 'shop.x.count'}]}");
    assertThat(names(routes, USERS)).containsExactly(List.of("shop.x.count"));
    assertThat(names(routes, WAITING)).containsExactly(List.of());
    assertThat(warnings(routes)).element(0).asList().singleElement().asString()
        .startsWith("apm[0].metrics[0]: would write shop.x.count as a count of windows of 3 s");
  }
}
