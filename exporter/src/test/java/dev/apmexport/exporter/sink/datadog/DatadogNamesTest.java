package dev.apmexport.exporter.sink.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.sink.Statistics;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatadogNamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"k6.http_reqs", "A", "a.b.c", "x_1"})
  void a_good_name_is_a_name(String name) {
    assertThat(DatadogNames.isMetric(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "_x", "1x", ".x", "a-b", "a b", "größe", "a/b", "a:b", "a\n"})
  void another_name_is_none(String name) {
    assertThat(DatadogNames.isMetric(name)).isFalse();
  }

  @Test
  void a_name_leaves_room_for_every_suffix() {
    String longest = "x".repeat(175);
    Statistics statistics = new Statistics(Statistics.ofWindows("p(99.9999)").trend(), false, true);
    assertThat(DatadogNames.isMetric(longest)).isTrue();
    assertThat(DatadogNames.isMetric(longest + "x")).isFalse();
    assertThat(DatadogNames.parts(MetricType.TREND, DatadogNames.metric("x".repeat(300)), statistics))
        .allSatisfy(part -> assertThat(part.name()).hasSizeLessThanOrEqualTo(200));
  }

  @Test
  void a_metrics_own_name_gets_a_prefix_and_legal_characters() {
    assertThat(DatadogNames.metric("http_reqs")).isEqualTo("k6.http_reqs");
    assertThat(DatadogNames.metric("my metric-größe")).isEqualTo("k6.my_metric_gr__e");
  }

  @Test
  void statistics_are_named_as_datadogs_agent_names_them() {
    assertThat(names(MetricType.TREND, DatadogConfig.STATISTICS)).containsExactly("k6.t.avg", "k6.t.max", "k6.t.min",
        "k6.t.median", "k6.t.95percentile", "k6.t.99percentile", "k6.t.count");
    assertThat(names(MetricType.TREND, Statistics.ofWindows("p(99.9)", "sum"))).containsExactly("k6.t.99_9percentile",
        "k6.t.sum");
  }

  @Test
  void a_rate_has_its_ratio_and_two_counts() {
    assertThat(DatadogNames.parts(MetricType.RATE, "k6.t", DatadogConfig.STATISTICS)).containsExactly(
        new DatadogNames.Part("k6.t", false), new DatadogNames.Part("k6.t.nonzero", true),
        new DatadogNames.Part("k6.t.total", true));
  }

  @Test
  void what_sums_up_the_run_has_names_of_its_own() {
    Statistics statistics = new Statistics(Statistics.ofWindows("max").trend(), false, true);
    assertThat(names(MetricType.COUNTER, statistics)).containsExactly("k6.t", "k6.run.t.count");
    assertThat(names(MetricType.GAUGE, statistics)).containsExactly("k6.t", "k6.run.t.value", "k6.run.t.min",
        "k6.run.t.max");
    assertThat(names(MetricType.TREND, statistics)).containsExactly("k6.t.max", "k6.run.t.max");
  }

  private static List<String> names(MetricType type, Statistics statistics) {
    return DatadogNames.parts(type, "k6.t", statistics).stream().map(DatadogNames.Part::name).toList();
  }

  @ParameterizedTest
  @CsvSource({"status,200,status:200", "Method,GET,method:get", "a b,c d,a_b:c_d", "_x,1,tag__x:1", "9,1,tag_9:1",
      "url,http://a/b?c=d,url:http://a/b_c_d", "a:b,c,a_b:c", "a,b:,a:b", "host,x,tag_host:x", "Device,x,tag_device:x",
      "größe,ÄÖ,größe:äö", "__interval__,5,tag___interval__:5", "a,\"q\\\",a:_q__"})
  void a_tag_is_made_legal(String key, String value, String tag) {
    assertThat(tags(Labels.of(key, value))).containsExactly(tag);
  }

  @Test
  void a_tag_without_a_value_is_left_out() {
    assertThat(tags(Labels.of("a", "", "b", "::", "c", "x"))).containsExactly("c:x");
  }

  @Test
  void of_tags_that_become_the_same_the_first_stands() {
    assertThat(tags(Labels.of("Team", "a", "team", "b", "te am", "c", "te_am", "d"))).containsExactly("te_am:c",
        "team:a");
  }

  @Test
  void a_tag_has_at_most_200_bytes_and_no_half_of_a_character() {
    assertThat(tags(Labels.of("k", "v".repeat(300))).getFirst()).hasSize(200);
    assertThat(tags(Labels.of("k".repeat(300), "v".repeat(300))).getFirst()).hasSize(200);
    assertThat(tags(Labels.of("k", "v" + "𝒳".repeat(300))).getFirst()).isEqualTo("k:v" + "𝒳".repeat(49));
    assertThat(tags(Labels.of("ключ", "я".repeat(300))).getFirst()).isEqualTo("ключ:" + "я".repeat(95));
    assertThat(tags(Labels.of("ж".repeat(300), "漢".repeat(300))).getFirst())
        .isEqualTo("ж".repeat(50) + ":" + "漢".repeat(33));
  }

  private static List<String> tags(Labels labels) {
    return DatadogNames.labels(labels).toMap().entrySet().stream().map(tag -> tag.getKey() + ":" + tag.getValue())
        .toList();
  }
}
