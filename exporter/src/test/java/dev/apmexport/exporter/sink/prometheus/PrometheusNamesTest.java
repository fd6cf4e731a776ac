package dev.apmexport.exporter.sink.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusNamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "_", ":", "k6_http_reqs", "a:b:c", "A9"})
  void a_classic_name_is_a_metric_name(String name) {
    assertThat(PrometheusNames.isMetric(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9a", "a-b", "a.b", "a b", "ü", "a\n"})
  void any_other_is_not(String name) {
    assertThat(PrometheusNames.isMetric(name)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"http_reqs, k6_http_reqs", "my.metric-1, k6_my_metric_1", "größe, k6_gr__e", "😀, k6__", "a:b, k6_a_b"})
  void a_k6_name_is_made_a_classic_one(String metric, String name) {
    assertThat(PrometheusNames.metric(metric)).isEqualTo(name).matches(PrometheusNames::isMetric);
  }

  @ParameterizedTest
  @CsvSource({"status, status", "my-tag, my_tag", "a:b, a_b", "9a, tag_9a", "'', tag_", "__name__, tag___name__",
      "__x, tag___x", "_x, _x", "é, _"})
  void a_tag_is_made_a_label_that_is_not_reserved(String tag, String label) {
    assertThat(PrometheusNames.label(tag)).isEqualTo(label);
  }

  @Test
  void no_label_is_empty_and_of_two_that_become_one_the_first_stands() {
    assertThat(PrometheusNames.labels(Labels.of("a-b", "1", "a_b", "2", "a.b", "", "group", "")))
        .isEqualTo(Labels.of("a_b", "1"));
  }
}
