package dev.apmexport.exporter.source.json;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.source.InvalidPush;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One line of k6's {@code -o json} output (k6's {@code internal/output/json/wrapper.go}). */
sealed interface JsonLine {
  JsonMapper JSON = JsonMapper.shared();

  /** The first sight of a metric: its type. */
  record Definition(String metric, MetricType type) implements JsonLine {}

  /** One raw sample; its time is in milliseconds since the epoch, rounded down. */
  record Sample(String metric, long atMillis, double value, Labels labels) implements JsonLine {
    /** Its time in whole seconds since the epoch, rounded down. */
    long second() {
      return Math.floorDiv(atMillis, 1_000L);
    }
  }

  static JsonLine parse(byte[] data, int from, int to) throws InvalidPush {
    JsonNode line;
    try {
      line = JSON.readTree(data, from, to - from);
    } catch (JacksonException e) {
      throw new InvalidPush("is not JSON: " + e.getOriginalMessage(), e);
    }
    String metric = line.path("metric").asString("");
    String kind = line.path("type").asString("");
    return switch (kind) {
      case "Metric" -> definition(metric, line.path("data"));
      case "Point" -> sample(metric, line.path("data"));
      default -> throw new InvalidPush("has the type \"" + kind + "\"; k6 writes \"Metric\" and \"Point\"");
    };
  }

  private static Definition definition(String metric, JsonNode data) throws InvalidPush {
    String name = data.path("type").asString("");
    MetricType type = MetricType.named(name);
    if (type == null) {
      throw new InvalidPush(
          "gives \"" + metric + "\" the type \"" + name + "\"; k6 knows counter, gauge, rate and trend");
    }
    return new Definition(metric, type);
  }

  private static Sample sample(String metric, JsonNode data) throws InvalidPush {
    String time = data.path("time").asString("");
    if (!data.path("value").isNumber()) { throw new InvalidPush("has no number under data.value"); }
    try {
      long at = OffsetDateTime.parse(time).toInstant().toEpochMilli();
      return new Sample(metric, at, data.path("value").numberValue().doubleValue(), labels(data.path("tags")));
    } catch (DateTimeException | ArithmeticException e) {
      throw new InvalidPush("has the time \"" + time + "\"; k6 writes RFC 3339, for example 2026-01-31T09:30:00.123Z",
          e);
    }
  }

  /** Tags as they reach the wire: k6's own cloud output drops test_run_id and whatever begins with two underscores. */
  private static Labels labels(JsonNode tags) {
    Map<String, String> labels = new TreeMap<>();
    tags.properties().forEach(tag -> {
      if (!tag.getKey().equals("test_run_id") && !tag.getKey().startsWith("__")) {
        labels.put(tag.getKey(), tag.getValue().asString(""));
      }
    });
    return Labels.of(labels);
  }
}
