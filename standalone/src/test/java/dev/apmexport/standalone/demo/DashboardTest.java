package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every query of Grafana's dashboard 19665 returns data from a Prometheus that a block with its preset feeds. */
class DashboardTest {
  /** Each expression that the dashboard's panels use, once. */
  private static final Path QUERIES = Path.of("src/test/resources/dashboard/grafana-19665.promql");
  /** The recording has no arrival-rate scenario, so that nothing could be dropped. */
  private static final Set<String> NOT_RECORDED = Set.of("dropped_iterations");
  /** What the dashboard's variable offers. */
  private static final List<String> STATISTICS = List.of("min", "max", "avg", "med", "p90", "p95", "p99", "count",
      "sum");

  @TempDir
  private Path folder;

  @Test
  void every_panel_of_dashboard_19665_has_data() throws Exception {
    Path program = RequiresProgram.named("prometheus", LocalPrometheus.find());
    Recording recording = new Recording(RecordedRun.ONE_SECOND);
    try (var prometheus = LocalPrometheus.start(program, folder, LocalPrometheus.Settings.DEFAULT);
        var export = new LibraryExport()) {
      assertThat(export.run(recording.log(recording.pushes()), 1, options(prometheus)).exact()).isTrue();
      assertThat(export.warnings()).isEmpty();

      Set<String> empty = new TreeSet<>();
      for (String query : queries().toList()) {
        if (isEmpty(prometheus, recording, query)) {
          empty.add(query);
        }
      }
      assertThat(empty).isNotEmpty().allMatch(query -> NOT_RECORDED.stream().anyMatch(query::contains));
    }
  }

  private static String options(LocalPrometheus prometheus) {
    return """
        {"cloud": {"apm": [{"provider": "prometheus", "remoteWriteURL": "%s", "preset": "grafana-19665"}]}}
        """.formatted(prometheus.remoteWriteUrl());
  }

  /** The expressions as Grafana sends them: for the run chosen by its label, and for every statistic one may choose. */
  private static Stream<String> queries() throws IOException {
    return Files.readAllLines(QUERIES).stream()
        .map(query -> query.replace("$testid", LibraryExport.TEST_RUN_ID).replace("$__rate_interval", "1m"))
        .flatMap(query -> query.contains("$quantile_stat")
            ? STATISTICS.stream().map(statistic -> query.replace("$quantile_stat", statistic))
            : Stream.of(query));
  }

  private static boolean isEmpty(LocalPrometheus prometheus, Recording recording, String query) throws Exception {
    Instant begin = recording.begin();
    return new PrometheusReader(prometheus.url()).queryRange(query, begin, begin.plus(Duration.ofMinutes(2)), 3)
        .values()
        .stream().allMatch(points -> points.values().stream().noneMatch(Double::isFinite));
  }
}
