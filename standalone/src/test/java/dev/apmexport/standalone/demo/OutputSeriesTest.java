package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OutputSeriesTest {
  @Test
  void a_label_without_value_is_none() {
    assertThat(OutputSeries.of("a", Map.of("group", ""))).isEqualTo(OutputSeries.of("a", Map.of()));
  }

  @Test
  void different_series_never_compare_as_equal() {
    var two = OutputSeries.of("a", Map.of("x", "1", "y", "2"));
    var one = OutputSeries.of("a", Map.of("x", "1\", y=\"2"));

    assertThat(one).isNotEqualByComparingTo(two);
    assertThat(two).hasToString("a{x=\"1\", y=\"2\"}");
    assertThat(one).hasToString("a{x=\"1\\\", y=\\\"2\"}");
  }
}
