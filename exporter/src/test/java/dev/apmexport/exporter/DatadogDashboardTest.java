package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.source.LogRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every query of Datadog's own dashboard for k6 is answered by what a block with its preset sends of a run of k6. */
@Timeout(300)
class DatadogDashboardTest {
  /** Each metric query of the dashboard, once. */
  private static final Path QUERIES = Path.of("src/test/resources/datadog/dashboard-k6-overview.txt");
  private static final Pattern QUERY = Pattern
      .compile("(cumsum\\()?(avg|max):([a-zA-Z0-9_.]+)\\{\\$test_run_id}(\\.as_rate\\(\\))?\\)?");
  private static final String RUN = "[test_run_id:42]";

  @ParameterizedTest
  @ValueSource(strings = {"{'preset': 'datadog-k6'}", "{'preset': 'datadog-k6', 'resampleRate': 9}",
      "{'preset': 'datadog-k6', 'includeTestRunId': true, 'metrics': ['checks']}"})
  void every_query_has_data_of_the_right_kind(String block) throws IOException, InterruptedException {
    List<LogRecord> pushes = RecordedTraffic.pushes();
    try (DatadogRun run = DatadogRun.of(pushes.getFirst().firstBucket(), RecordedTraffic.PERIOD, block)) {
      for (LogRecord push : pushes) {
        run.append(push.lastBucket() + RecordedTraffic.PERIOD + 8, "", push.payload());
        run.advance();
      }
      run.finish();
      assertThat(run.datadog.violations()).isEmpty();
      assertThat(Files.readAllLines(QUERIES)).hasSize(14).allSatisfy(query -> assertAnswered(run, query));
    }
  }

  private static void assertAnswered(DatadogRun run, String text) throws IOException {
    Matcher query = QUERY.matcher(text);
    assertThat(query.matches()).as(text).isTrue();
    String metric = query.group(3);
    String type = run.datadog.type(metric);
    NavigableMap<Long, Double> points = only(run, metric);
    if (query.group(1) != null || query.group(4) != null) {
      assertIsCountOf(metric, type, points);
    } else {
      assertThat(type).as(text).isEqualTo("3 every 0");
      List<Double> measured = measured(metric);
      assertThat(points.values()).as(text).isNotEmpty().allSatisfy(
          value -> assertThat(value).isBetween(measured.getFirst(), measured.getLast()));
    }
  }

  /** The one series that the dashboard shows for the run: of several, {@code avg} would show too little. */
  private static NavigableMap<Long, Double> only(DatadogRun run, String metric) {
    Map<String, NavigableMap<Long, Double>> series = run.datadog.content().entrySet().stream()
        .filter(one -> one.getKey().startsWith(metric + "["))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    assertThat(series).containsOnlyKeys(metric + RUN);
    return series.get(metric + RUN);
  }

  /** For a rate Datadog divides a count by its interval, for a running total it adds counts up: both need all of them. */
  private static void assertIsCountOf(String metric, String type, NavigableMap<Long, Double> points)
      throws IOException {
    assertThat(type).as(metric).matches("1 every [39]");
    int interval = Integer.parseInt(type.substring(type.length() - 1));
    assertThat(points.keySet()).as(metric).allMatch(second -> second % interval == 0);
    double all = RecordedTraffic.samples().stream().filter(one -> metric.equals("k6." + one.metric()))
        .mapToDouble(Sample::sum).sum();
    assertThat(all).isPositive();
    assertThat(points.values().stream().mapToDouble(count -> count).sum()).as(metric).isCloseTo(all,
        withPercentage(1e-7));
    long seconds = points.lastKey() + interval - points.firstKey();
    double averageRate = points.values().stream().mapToDouble(count -> count / interval).average().orElseThrow();
    assertThat(averageRate).as(metric).isCloseTo(all / seconds, withPercentage(1e-7));
  }

  /** The least and the greatest value that was measured of a metric. */
  private static List<Double> measured(String metric) throws IOException {
    String source = metric.replaceFirst("^k6\\.", "").replaceFirst("\\..*", "");
    double[] values = RecordedTraffic.samples().stream().filter(one -> one.metric().equals(source))
        .mapToDouble(Sample::sum).sorted().toArray();
    assertThat(values).as(source).isNotEmpty();
    return List.of(values[0], values[values.length - 1]);
  }
}
