package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.standalone.demo.Expected.Exact;
import dev.apmexport.standalone.demo.Expected.OneOf;
import dev.apmexport.standalone.demo.Expected.Quantile;
import dev.apmexport.standalone.demo.LocalPrometheus.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPrometheusTest {
  private static final OutputSeries SERIES = OutputSeries.of("k6_x", Map.of("test_run_id", "a\"b\\ü"));

  private final Instant start = Instant.ofEpochSecond(Instant.now().getEpochSecond() - 1000);

  @TempDir
  private Path folder;
  private Path program;

  @BeforeEach
  void findProgram() {
    program = RequiresProgram.named("prometheus", LocalPrometheus.find());
  }

  @Test
  void what_was_written_is_read_again() throws Exception {
    var points = new TreeMap<Long, Double>();
    for (int i = 0; i < 1000; i += 4) {
      points.put(start.plusSeconds(i).toEpochMilli() + 123, i / 3.0);
    }
    points.put(start.plusSeconds(1000).toEpochMilli(), Double.POSITIVE_INFINITY);
    try (var prometheus = LocalPrometheus.start(program, folder, Settings.DEFAULT)) {
      assertThat(RemoteWriter.write(prometheus, Map.of(SERIES, points))).isEqualTo(204);
      var reader = new PrometheusReader(prometheus.url());

      assertThat(reader.read("{__name__=~\"k6_.*\"}", start, start.plusSeconds(1000)))
          .isEqualTo(Map.of(SERIES, points));
      assertThat(reader.read("k6_x", Instant.ofEpochMilli(points.firstKey() + 1),
          Instant.ofEpochMilli(points.firstKey() + 4000)).get(SERIES)).containsOnlyKeys(points.firstKey() + 4000);
      assertThat(reader.read("nothing", start, start.plusSeconds(1000))).isEmpty();
      assertThatThrownBy(() -> reader.read("{", start, start)).isInstanceOf(IOException.class)
          .hasMessageContaining("parse error");
    }
  }

  @Test
  void a_graph_shows_the_last_value_as_long_as_the_lookback_says() throws Exception {
    var settings = new Settings(Duration.ZERO, Duration.ofSeconds(5));
    try (var prometheus = LocalPrometheus.start(program, folder, settings)) {
      RemoteWriter.write(prometheus, Map.of(SERIES, new TreeMap<>(Map.of(start.toEpochMilli(), 7.0))));
      var graph = new PrometheusReader(prometheus.url()).queryRange("k6_x", start, start.plusSeconds(20), 2);

      assertThat(graph.get(SERIES)).containsOnlyKeys(start.toEpochMilli(), start.toEpochMilli() + 2000,
          start.toEpochMilli() + 4000);
    }
  }

  @Test
  void samples_out_of_order_are_taken_only_within_the_declared_window() throws Exception {
    SortedMap<Long, Double> newer = new TreeMap<>(Map.of(start.plusSeconds(60).toEpochMilli(), 2.0));
    SortedMap<Long, Double> older = new TreeMap<>(Map.of(start.toEpochMilli(), 1.0));
    try (var prometheus = LocalPrometheus.start(program, folder.resolve("a"), Settings.DEFAULT)) {
      RemoteWriter.write(prometheus, Map.of(SERIES, newer));
      assertThat(RemoteWriter.write(prometheus, Map.of(SERIES, older))).isEqualTo(400);
    }
    var settings = new Settings(Duration.ofMinutes(10), Settings.DEFAULT.lookback());
    try (var prometheus = LocalPrometheus.start(program, folder.resolve("b"), settings)) {
      RemoteWriter.write(prometheus, Map.of(SERIES, newer));
      assertThat(RemoteWriter.write(prometheus, Map.of(SERIES, older))).isEqualTo(204);
    }
  }

  @Test
  void close_ends_it_and_its_data_stay() throws Exception {
    SortedMap<Long, Double> points = new TreeMap<>(Map.of(start.toEpochMilli(), 1.0));
    LocalPrometheus first = LocalPrometheus.start(program, folder, Settings.DEFAULT);
    try (first) {
      RemoteWriter.write(first, Map.of(SERIES, points));
    }
    assertThatThrownBy(() -> new PrometheusReader(first.url()).read("k6_x", start, start))
        .isInstanceOf(IOException.class);
    try (var again = LocalPrometheus.start(program, folder, Settings.DEFAULT)) {
      assertThat(new PrometheusReader(again.url()).read("k6_x", start, start)).isEqualTo(Map.of(SERIES, points));
    }
  }

  /** The whole chain on a real run, with a writer that is right, then one that is not. */
  @Test
  void the_oracle_recognizes_the_truth() throws Exception {
    RecordedRun run = RecordedRun.load(RecordedRun.ONE_SECOND);
    long shift = run.shiftToEndBefore(Instant.now());
    var truth = new Oracle(3, 1, Map.of("test_run_id", "9"), List.of(Expectation.of("vus", "k6_vus"),
        Expectation.of("orders", "k6_orders", "kind"), Expectation.of("checks", "k6_checks", "check"),
        Expectation.of("http_req_duration", "k6_http_req_duration", "name", "status"))).truth(run.samples(shift));
    var right = new TreeMap<OutputSeries, SortedMap<Long, Double>>();
    truth.forEach((series, points) -> points.forEach(
        (at, expected) -> right.computeIfAbsent(series, _ -> new TreeMap<>()).put(at, valueOf(expected))));
    Instant from = Instant.ofEpochSecond(run.firstBucketSeconds() + shift - 10);
    try (var prometheus = LocalPrometheus.start(program, folder, Settings.DEFAULT)) {
      RemoteWriter.write(prometheus, right);
      var reader = new PrometheusReader(prometheus.url());
      Comparison comparison = Comparison.of(truth, reader.read("{test_run_id=\"9\"}", from, from.plusSeconds(70)));

      assertThat(comparison.allEqual()).as(comparison.table()).isTrue();
      assertThat(comparison.series()).hasSizeGreaterThan(70);
      String others = "{test_run_id=\"9\", __name__!=\"k6_vus\"}";
      assertThat(Comparison.of(truth, reader.read(others, from, from.plusSeconds(70))).allEqual()).isFalse();
    }
  }

  private static double valueOf(Expected expected) {
    return switch (expected) {
      case Exact exact -> exact.value();
      case OneOf values -> values.values().getLast();
      case Quantile quantile -> quantile.upper();
    };
  }
}
