package dev.apmexport.exporter;

import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.LogRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a real k6 pushed of one run, in buckets of 3 s, and what it measured. */
final class RecordedTraffic {
  static final int PERIOD = 3;
  private static final Path CAPTURE = Path.of("src/test/resources/capture");
  private static final long END = Instant.parse("2026-11-20T20:56:30Z").toEpochMilli();

  private RecordedTraffic() {}

  static List<LogRecord> pushes() throws IOException {
    InMemoryRunFeed feed = new InMemoryRunFeed();
    try (Stream<Path> files = Files.list(CAPTURE)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".bin")).sorted().toList()) {
        feed.append(LogRecord.Kind.METRIC_SET, "", END, Files.readAllBytes(file));
      }
    }
    return new ArrayList<>(feed.read(0, Integer.MAX_VALUE));
  }

  /** What k6's own JSON output holds, each sample in its bucket. */
  static List<Sample> samples() throws IOException {
    Map<String, MetricType> types = new HashMap<>();
    List<Sample> samples = new ArrayList<>();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(CAPTURE.resolve("samples.json.gz")))) {
      for (String line : new String(in.readAllBytes()).lines().toList()) {
        JsonNode sample = JsonMapper.shared().readTree(line);
        String metric = sample.path("metric").asString();
        JsonNode data = sample.path("data");
        if (sample.path("type").asString().equals("Metric")) {
          types.put(metric, MetricType.named(data.path("type").asString()));
        } else {
          Map<String, String> tags = new TreeMap<>();
          data.path("tags").properties().forEach(tag -> tags.put(tag.getKey(), tag.getValue().asString()));
          long second = Instant.parse(data.path("time").asString()).getEpochSecond();
          samples.add(new Sample(0, types.get(metric), metric, Labels.of(tags), Math.floorDiv(second, PERIOD) * PERIOD,
              data.path("value").asDouble()));
        }
      }
    }
    return samples;
  }
}
