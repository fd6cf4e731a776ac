package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.json.JsonLinesCutter;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One recorded run of k6 1.8.1: what it pushed, and every sample of it as its JSON output wrote it. */
@Timeout(300)
class RealTrafficTest {
  private static final Path CAPTURE = Path.of("src/test/resources/capture");
  private static final long END = Instant.parse("2026-11-20T20:56:30Z").toEpochMilli();
  private static final List<MetricEntry> ENTRIES = List.of(entry("vus", null),
      entry("http_reqs", null, "name", "status"), entry("iterations", null),
      entry("data_sent", null), entry("data_received", null), entry("http_req_duration", null, "name"),
      entry("http_req_waiting{group=\"\"}", "waiting"),
      entry("checks", null, "check"), entry("iteration_duration", null, "scenario"), entry("http_req_failed", null));

  @ParameterizedTest
  @ValueSource(ints = {3, 6, 9})
  void pushed_or_uploaded_a_run_gives_the_same_points(int resampleRate)
      throws IOException, InvalidPush, InterruptedException {
    Map<Series, TreeMap<Long, Double>> pushed = points(pushes(), resampleRate);
    Map<Series, TreeMap<Long, Double>> uploaded = points(lines(), resampleRate);
    assertThat(pushed).hasSizeGreaterThan(50);
    assertThat(uploaded.keySet()).isEqualTo(pushed.keySet());
    pushed.forEach((series, points) -> {
      assertThat(uploaded.get(series).keySet()).as("%s", series).isEqualTo(points.keySet());
      points.forEach((at, value) -> assertThat(PlayedRun.same(uploaded.get(series).get(at), value))
          .as("%s @%d pushed %s, uploaded %s", series, at, value, uploaded.get(series).get(at)).isTrue());
    });
  }

  @Test
  void totals_are_those_of_the_samples() throws IOException, InvalidPush, InterruptedException {
    Map<Series, TreeMap<Long, Double>> points = points(pushes(), 3);
    assertThat(end(points, "k6_http_reqs")).isEqualTo(samples("http_reqs"));
    assertThat(end(points, "k6_iterations")).isEqualTo(samples("iterations"));
    assertThat(end(points, "k6_http_req_duration_count")).isEqualTo(samples("http_req_duration"));
  }

  private static double end(Map<Series, TreeMap<Long, Double>> points, String name) {
    return points.entrySet().stream().filter(series -> series.getKey().name().equals(name)).map(Map.Entry::getValue)
        .mapToDouble(one -> one.lastEntry().getValue()).sum();
  }

  private static double samples(String metric) throws IOException {
    try (InputStream in = upload()) {
      return new String(in.readAllBytes()).lines()
          .filter(line -> line.startsWith("{\"metric\":\"" + metric + "\",\"type\":\"Point\"")).count();
    }
  }

  private static InputStream upload() throws IOException {
    return new GZIPInputStream(Files.newInputStream(CAPTURE.resolve("samples.json.gz")));
  }

  private static InMemoryRunFeed pushes() throws IOException {
    InMemoryRunFeed feed = new InMemoryRunFeed();
    try (Stream<Path> files = Files.list(CAPTURE)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".bin")).sorted().toList()) {
        feed.append(LogRecord.Kind.METRIC_SET, "", END, Files.readAllBytes(file));
      }
    }
    feed.finish(END);
    return feed;
  }

  private static InMemoryRunFeed lines() throws IOException, InvalidPush {
    InMemoryRunFeed feed = new InMemoryRunFeed();
    try (InputStream in = upload()) {
      JsonLinesCutter cutter = new JsonLinesCutter(in);
      for (JsonLinesCutter.Chunk chunk = cutter.next(); chunk != null; chunk = cutter.next()) {
        feed.append(LogRecord.Kind.JSON_LINES, "", END, MetricSets.pack(chunk.bytes()));
      }
    }
    feed.finish(END);
    return feed;
  }

  /** Of the second pass alone, which knows no late data. */
  private static Map<Series, TreeMap<Long, Double>> points(InMemoryRunFeed feed, int resampleRate)
      throws InterruptedException {
    RecordedDestination destination = new RecordedDestination();
    VirtualTimeline time = new VirtualTimeline(END);
    RunSettings settings = new RunSettings("42", 3, 10_000, 10_000, RunSettings.FOLD_VERSION);
    Export export = new Export(0, new ExportConfig("prometheus", resampleRate, false, ENTRIES, destination),
        new InMemoryLedger());
    try (HttpTransport http = new HttpTransport(EgressPolicy.PUBLIC_ONLY)) {
      Exporter.Means means = new Exporter.Means(http, RetryPolicy.standard(), time, time.threads());
      SecondPass.Result result = new SecondPass(settings, export, feed, means,
          SecondPass.Order.of(1, time.instant().plus(Duration.ofHours(1)))).run();
      assertThat(result.report().exact()).isTrue();
    }
    return destination.points();
  }
}
