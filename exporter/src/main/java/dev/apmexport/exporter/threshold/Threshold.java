package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One threshold of a script.
 *
 * @param metric the metric or submetric as it was written
 * @param expression what is demanded of it as it was written
 * @param fault why k6 would refuse it; null if it would not
 */
public record Threshold(String metric, String expression, @Nullable Parsed parsed, @Nullable String fault) {
  /** Some hundred are what a script with one for each endpoint has; each costs a comparison for every series. */
  public static final int MOST = 1_000;
  private static final int LONGEST = 1_000;

  /** What is asked of which samples. */
  record Parsed(Submetric of, ThresholdExpression demand) {}

  /**
   * The thresholds of a script's options, in their order: {@code {"metric{tag:value}": ["expression", {"threshold":
   * "expression", "abortOnFail": true}]}}. What cannot be read is among them with its fault.
   */
  public static List<Threshold> read(JsonNode thresholds) {
    List<Threshold> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> metric : thresholds.properties()) {
      if (!metric.getValue().isArray()) {
        all.add(faulty(metric.getKey(), metric.getValue().toString(),
            "Thresholds of a metric must be a list, as in [\"p(95)<200\"]."));
      }
      for (JsonNode threshold : metric.getValue().isArray() ? metric.getValue() : List.<JsonNode>of()) {
        all.add(read(metric.getKey(), threshold, all.size()));
      }
    }
    return all.size() <= MOST ? all : all.subList(0, MOST + 1);
  }

  private static Threshold read(String metric, JsonNode written, int before) {
    JsonNode text = written.isObject() ? written.path("threshold") : written;
    if (before >= MOST) {
      return faulty(metric, text.asString(""), "Only the first " + MOST + " thresholds of a run are evaluated.");
    }
    return text.isString() ? parse(metric, text.asString()) : faulty(metric, written.toString(),
        "A threshold must be a text such as \"p(95)<200\", or an object {\"threshold\": \"p(95)<200\"}.");
  }

  static Threshold parse(String metric, String expression) {
    if (metric.length() > LONGEST || expression.length() > LONGEST) {
      return faulty(metric, expression, "A metric and an expression have at most " + LONGEST + " characters.");
    }
    try {
      Parsed parsed = new Parsed(Submetric.parse(metric), ThresholdExpression.parse(expression));
      MetricType type = BuiltIn.typeOf(parsed.of.metric());
      return new Threshold(metric, expression, parsed, type == null ? null : misfit(parsed, type));
    } catch (InvalidThreshold e) {
      return faulty(metric, expression, Objects.requireNonNull(e.getMessage()));
    }
  }

  private static Threshold faulty(String metric, String expression, String fault) {
    return new Threshold(cut(metric), cut(expression), null, fault);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  /** Why the metric does not answer what is asked, now that its type is known; null if it does. */
  static @Nullable String misfit(Parsed parsed, MetricType type) {
    AggregationMethod method = parsed.demand.method();
    String kind = type.name().toLowerCase(Locale.ROOT);
    return method.fits(type) ? null : parsed.of.metric() + " is a " + kind + ", and of a " + kind
        + " a threshold may ask " + AggregationMethod.of(type) + ", not " + method.word() + ".";
  }
}
