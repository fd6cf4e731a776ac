package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Series;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What Datadog can be told of a metric beside its points. The unit is known of k6's own metrics only, and by the names
 * they have unless a block gives them others.
 *
 * @param type {@code count} or {@code gauge}, as the points say it too
 * @param unit one of Datadog's units; null where it is not known
 * @param perUnit what the unit is divided by; null for nothing
 * @param description null for a metric that is none of k6's own
 */
record MetricMetadata(String type, @Nullable String unit, @Nullable String perUnit, @Nullable String description) {
  private static final Pattern OWN = Pattern.compile("k6\\.(run\\.)?([a-z_]+)(?:\\.([a-zA-Z0-9_]+))?");
  /** Of counters, the same as the units of Datadog's own k6 integration where that names one. */
  private static final Map<String, String> UNITS = Map.of("data_sent", "byte", "data_received", "byte", "http_reqs",
      "request", "browser_data_sent", "byte", "browser_data_received", "byte");
  private static final String PER_SECOND = "http_reqs";

  /** What can be told of the metric that a series belongs to. */
  static MetricMetadata of(Series series) {
    String type = Counts.interval(series).isEmpty() ? "gauge" : "count";
    Matcher own = OWN.matcher(series.name());
    MetricType k6Type = own.matches() ? BuiltIn.typeOf(own.group(2)) : null;
    if (k6Type == null) { return new MetricMetadata(type, null, null, null); }
    String metric = own.group(2);
    boolean ofRun = own.group(1) != null;
    String statistic = own.group(3);
    boolean perSecond = metric.equals(PER_SECOND) && !ofRun;
    return new MetricMetadata(type, unit(metric, k6Type, statistic), perSecond ? "second" : null,
        "k6's " + metric + (statistic == null ? "" : ", " + statistic) + (ofRun ? " of the whole run." : "."));
  }

  private static @Nullable String unit(String metric, MetricType type, @Nullable String statistic) {
    return switch (type) {
      case TREND -> BuiltIn.inMilliseconds(metric) && !"count".equals(statistic) ? "millisecond" : null;
      case RATE -> statistic == null || statistic.equals("rate") ? "fraction" : null;
      case COUNTER -> UNITS.get(metric);
      case GAUGE -> null;
    };
  }

  /** The body of {@code PUT /api/v1/metrics/{name}}. */
  byte[] json() {
    ObjectNode body = JsonMapper.shared().createObjectNode().put("type", type);
    put(body, "unit", unit);
    put(body, "per_unit", perUnit);
    put(body, "description", description);
    return JsonMapper.shared().writeValueAsBytes(body);
  }

  private static void put(ObjectNode body, String key, @Nullable String value) {
    if (value != null) {
      body.put(key, value);
    }
  }
}
