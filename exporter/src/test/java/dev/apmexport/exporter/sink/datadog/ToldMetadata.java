package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.LoopbackServer.Request;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an intake was told of metrics: each once, in words that Datadog knows. */
final class ToldMetadata {
  private static final Pattern LINE = Pattern.compile("PUT /api/v1/metrics/([^/? ]+) HTTP/1.1");
  private static final Set<String> KEYS = Set.of("type", "unit", "per_unit", "description", "short_name",
      "statsd_interval");
  private static final Set<String> TYPES = Set.of("count", "gauge", "rate");
  private static final Set<String> UNITS = Set.of("byte", "millisecond", "second", "request", "fraction", "percent");

  private final StoredSeries stored;
  private final Map<String, JsonNode> content = new TreeMap<>();
  private final Map<String, Integer> attempts = new HashMap<>();
  private int unknownFor;

  ToldMetadata(StoredSeries stored) {
    this.stored = stored;
  }

  static boolean isOne(Request request) {
    return LINE.matcher(request.line()).matches();
  }

  void unknownFor(int times) {
    unknownFor = times;
  }

  Answer take(Request request) {
    Matcher line = LINE.matcher(request.line());
    if (!line.matches()) { throw new IllegalArgumentException(request.line()); }
    String metric = line.group(1);
    int attempt = attempts.merge(metric, 1, Integer::sum);
    if (stored.type(metric).equals("none") || attempt <= unknownFor) {
      return Answer.of(404, "{\"errors\":[\"metric_name not found\"]}");
    }
    JsonNode body = body(request);
    if (!isGood(body)) {
      stored.violated("metadata of " + metric + " that Datadog does not know: " + body);
      return Answer.of(400, "{\"errors\":[\"Invalid metadata\"]}");
    }
    if (content.put(metric, body) != null) {
      stored.violated("metadata of " + metric + " again");
    }
    return Answer.of(200, body.toString());
  }

  private static JsonNode body(Request request) {
    try {
      return JsonMapper.shared().readTree(request.body());
    } catch (JacksonException e) {
      return JsonMapper.shared().nullNode();
    }
  }

  private static boolean isGood(JsonNode body) {
    return body.isObject() && KEYS.containsAll(body.propertyNames()) && TYPES.contains(body.path("type").asString(""))
        && UNITS.contains(body.path("unit").asString("byte")) && UNITS.contains(body.path("per_unit").asString("byte"))
        && (body.has("unit") || !body.has("per_unit"));
  }

  Map<String, JsonNode> content() {
    return new TreeMap<>(content);
  }

  int attempts(String metric) {
    return attempts.getOrDefault(metric, 0);
  }
}
