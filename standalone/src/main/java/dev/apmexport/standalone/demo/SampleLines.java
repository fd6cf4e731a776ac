package dev.apmexport.standalone.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what {@code k6 run -o json=samples.json.gz} writes. A metric is described by a line before its first sample.
 */
final class SampleLines {
  private static final JsonMapper JSON = JsonMapper.shared();

  private record Metric(RawSample.Type type, boolean time) {
  }

  private final Map<String, Metric> metrics = new HashMap<>();

  private SampleLines() {}

  static List<RawSample> read(InputStream gzip) throws IOException {
    var lines = new SampleLines();
    try (var text = new InputStreamReader(new GZIPInputStream(gzip), StandardCharsets.UTF_8);
        var reader = new BufferedReader(text)) {
      return reader.lines().map(JSON::readTree).<RawSample>mapMulti(lines::read).toList();
    }
  }

  private void read(JsonNode line, Consumer<RawSample> samples) {
    String name = line.path("metric").asString();
    JsonNode data = line.path("data");
    switch (line.path("type").asString()) {
      case "Metric" -> metrics.put(name, metric(data));
      case "Point" -> samples.accept(sample(name, data));
      default -> throw new IllegalArgumentException("neither a metric nor a point: " + line);
    }
  }

  private static Metric metric(JsonNode data) {
    RawSample.Type type = RawSample.Type.valueOf(data.path("type").asString().toUpperCase(Locale.ROOT));
    return new Metric(type, data.path("contains").asString().equals("time"));
  }

  private RawSample sample(String name, JsonNode data) {
    Metric metric = metrics.get(name);
    if (metric == null) { throw new IllegalArgumentException("a sample of " + name + " before its description"); }
    Instant at = Instant.parse(data.path("time").asString());
    long nanos = Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000_000L), at.getNano());
    var tags = new HashMap<String, String>();
    data.path("tags").forEachEntry((key, value) -> tags.put(key, value.asString()));
    return new RawSample(name, metric.type(), metric.time(), nanos, data.path("value").doubleValue(), tags);
  }
}
