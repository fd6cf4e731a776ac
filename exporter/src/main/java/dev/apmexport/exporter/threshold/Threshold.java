package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

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
  /** All of them together, in characters: what a hundred of the longest have, for a list shows those of many runs. */
  public static final int MOST_TEXT = 200_000;
  private static final int LONGEST = 1_000;
  private static final String NO_LIST = "Thresholds of a metric must be a list, as in [\"p(95)<200\"].";

  /** What is asked of which samples. */
  record Parsed(Submetric of, ThresholdExpression demand) {}

  /**
   * The thresholds of a script's options, in their order: {@code {"metric{tag:value}": ["expression", {"threshold":
   * "expression", "abortOnFail": true}]}}. What cannot be read is among them with its fault, and the first of too many.
   */
  public static List<Threshold> read(JsonNode thresholds) {
    List<Threshold> all = new ArrayList<>();
    int text = 0;
    for (Map.Entry<String, JsonNode> metric : thresholds.properties()) {
      boolean list = metric.getValue().isArray();
      for (JsonNode written : list ? metric.getValue() : List.of(metric.getValue())) {
        Threshold one = list ? read(metric.getKey(), written) : faulty(metric.getKey(), written.toString(), NO_LIST);
        text += one.metric.length() + one.expression.length();
        if (all.size() == MOST || text > MOST_TEXT) {
          all.add(
              faulty(one.metric, one.expression, "Only the first " + MOST + " thresholds of a run are evaluated, and "
                  + "only as many as have " + MOST_TEXT + " characters together."));
          return all;
        }
        all.add(one);
      }
    }
    return all;
  }

  /** What has to be kept of a script's thresholds, so that they read the same. */
  public static JsonNode kept(JsonNode thresholds) {
    if (thresholds.toString().length() <= MOST_TEXT) { return thresholds; }
    ObjectNode kept = JsonNodeFactory.instance.objectNode();
    read(thresholds).forEach(one -> kept.withArray(JsonPointer.empty().appendProperty(one.metric)).add(one.expression));
    return kept;
  }

  private static Threshold read(String metric, JsonNode written) {
    JsonNode text = written.isObject() ? written.path("threshold") : written;
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
