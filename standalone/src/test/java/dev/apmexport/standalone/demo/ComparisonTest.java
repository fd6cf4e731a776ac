package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.standalone.demo.Expected.Exact;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final OutputSeries VUS = OutputSeries.of("k6_vus", Map.of("test_run_id", "7"));
  private static final OutputSeries REQS = OutputSeries.of("k6_http_reqs", Map.of("test_run_id", "7", "status", "200"));
  private static final Map<OutputSeries, SortedMap<Long, Expected>> EXPECTED = Map.of(VUS,
      new TreeMap<>(Map.of(3000L, new Exact(6), 6000L, new Exact(6))), REQS,
      new TreeMap<>(Map.of(0L, new Exact(0), 3000L, new Exact(5), 6000L, new Exact(9))));

  private final Map<OutputSeries, SortedMap<Long, Double>> actual = new HashMap<>();

  ComparisonTest() {
    actual.put(VUS, new TreeMap<>(Map.of(3000L, 6.0, 6000L, 6.0)));
    actual.put(REQS, new TreeMap<>(Map.of(0L, 0.0, 3000L, 5.0, 6000L, 9.0)));
  }

  @Test
  void equal_points_are_equal() {
    Comparison comparison = Comparison.of(EXPECTED, actual);

    assertThat(comparison.allEqual()).isTrue();
    assertThat(comparison.differences()).isEmpty();
    assertThat(comparison.table()).isEqualTo("""
      series{test_run_id="7"}     points   equal  result
      k6_http_reqs{status="200"}       3       3  equal
      k6_vus                           2       2  equal
      all equal: 2 of 2 series, 5 of 5 points
      """);
  }

  @Test
  void every_kind_of_difference_is_counted_and_named() {
    actual.get(REQS).putAll(Map.of(3000L, 4.0, 9000L, 9.0));
    actual.get(REQS).remove(6000L);

    Comparison comparison = Comparison.of(EXPECTED, actual);

    assertThat(comparison.allEqual()).isFalse();
    assertThat(comparison.series().getFirst()).isEqualTo(new SeriesComparison(REQS, 3, 1, 1, 1, 1));
    assertThat(comparison.table()).contains("1 missing, 1 wrong, 1 unexpected",
        "NOT EQUAL: 1 of 2 series, 3 of 5 points");
    assertThat(comparison.differences()).extracting(Difference::toString).containsExactly(
        "k6_http_reqs{status=\"200\", test_run_id=\"7\"} at 1970-01-01T00:00:03Z: expected 5.0, got 4.0",
        "k6_http_reqs{status=\"200\", test_run_id=\"7\"} at 1970-01-01T00:00:06Z: expected 9.0, got nothing",
        "k6_http_reqs{status=\"200\", test_run_id=\"7\"} at 1970-01-01T00:00:09Z: expected nothing, got 9.0");
  }

  @Test
  void a_series_that_should_not_be_is_a_fault() {
    actual.put(OutputSeries.of("k6_stray", Map.of("test_run_id", "7")), new TreeMap<>(Map.of(3000L, 1.0)));

    Comparison comparison = Comparison.of(EXPECTED, actual);

    assertThat(comparison.allEqual()).isFalse();
    assertThat(comparison.table()).contains("1 in a series that should not be");
  }

  @Test
  void faults_do_not_make_up_for_each_other() {
    assertThat(new SeriesComparison(VUS, 5, 3, 1, 1, 0).allEqual()).isFalse();
    assertThat(new SeriesComparison(VUS, 5, 4, 0, 1, 1).allEqual()).isFalse();
    assertThat(new SeriesComparison(VUS, 5, 4, 1, 0, 1).allEqual()).isFalse();
    assertThat(new SeriesComparison(VUS, 5, 5, 0, 0, 0).allEqual()).isTrue();
  }

  @Test
  void a_missing_series_is_a_fault() {
    actual.remove(VUS);
    assertThat(Comparison.of(EXPECTED, actual).allEqual()).isFalse();
  }

  @Test
  void nothing_compared_is_not_equal() {
    assertThat(Comparison.of(Map.of(), Map.of()).allEqual()).isFalse();
    assertThat(Comparison.of(Map.of(), Map.of()).table()).endsWith("NOT EQUAL: 0 of 0 series, 0 of 0 points\n");
  }

  @Test
  void only_the_first_differences_are_kept() {
    for (long at = 7000; at < 107_000; at += 1000) {
      actual.get(VUS).put(at, 1.0);
    }
    Comparison comparison = Comparison.of(EXPECTED, actual);
    assertThat(comparison.series().getLast().unexpected()).isEqualTo(100);
    assertThat(comparison.differences()).hasSize(20);

    actual.remove(REQS);
    comparison = Comparison.of(EXPECTED, actual);
    assertThat(comparison.differences().subList(0, 3)).extracting(Difference::series).containsOnly(REQS);
    assertThat(comparison.differences()).hasSize(20);
  }
}
