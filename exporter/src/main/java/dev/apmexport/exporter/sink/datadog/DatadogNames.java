package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.TrendStat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Datadog's names: a metric's begins with a letter and holds ASCII letters, digits, {@code _} and {@code .}; a tag is
 * {@code key:value} in lower case. Datadog replaces and cuts what is otherwise, and two series may become one by that
 * without a word, so it is done here, where it is seen.
 */
final class DatadogNames {
  /** In bytes, as the intake counts: what it cuts itself may make two series one. */
  private static final int LONGEST_TAG = 200;
  private static final int LONGEST_KEY = 100;
  /** A metric's name may have 200 characters; so many are left for {@code run.} and a statistic. */
  private static final int LONGEST_NAME = 175;
  private static final Pattern METRIC = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.]{0," + (LONGEST_NAME - 1) + "}");
  private static final String PREFIX = "k6.";
  /** Keys of tags that Datadog keeps for itself. */
  private static final List<String> RESERVED = List.of("host", "device", "dd.internal.resource");

  /** One series of an output: a count of what happened in a window, or else a gauge. */
  record Part(String name, boolean isCount) {}

  private DatadogNames() {}

  static boolean isMetric(String name) {
    return METRIC.matcher(name).matches();
  }

  /** The name of a k6 metric that the block gives no other. */
  static String metric(String k6Name) {
    return cut(PREFIX + k6Name.replaceAll("[^a-zA-Z0-9_.]", "_"), LONGEST_NAME);
  }

  /** The name of the gauge or count with one statistic, which may be {@code p999} for p(99.9). */
  static String metric(String name, String statistic) {
    TrendStat stat = TrendStat.parse(statistic.replaceFirst("^p(\\d\\d)(\\d+)$", "p($1.$2)"));
    return name + "." + (stat == null ? statistic : suffix(stat));
  }

  /** The series that every window of an output may have, in the order {@link DatadogShape} sends them. */
  static List<Part> windows(MetricType type, String name, Statistics statistics) {
    return switch (type) {
      case COUNTER -> List.of(new Part(name, true));
      case GAUGE -> List.of(new Part(name, false));
      case RATE -> List.of(new Part(name, false), new Part(name + ".nonzero", true), new Part(name + ".total", true));
      case TREND -> statistics.trend().stream().map(stat -> new Part(name + "." + suffix(stat), stat.isTotal()))
          .toList();
    };
  }

  /** The gauges that sum up the run. */
  static List<Part> summary(MetricType type, String name, Statistics statistics) {
    if (!statistics.runSummary()) { return List.of(); }
    String run = PREFIX + "run." + (name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name) + ".";
    List<String> suffixes = switch (type) {
      case COUNTER -> List.of("count");
      case GAUGE -> List.of("value", "min", "max");
      case RATE -> List.of("rate", "nonzero", "total");
      case TREND -> statistics.trend().stream().map(DatadogNames::suffix).toList();
    };
    return suffixes.stream().map(suffix -> new Part(run + suffix, false)).toList();
  }

  /** All series of an output. */
  static List<Part> parts(MetricType type, String name, Statistics statistics) {
    List<Part> parts = new ArrayList<>(windows(type, name, statistics));
    parts.addAll(summary(type, name, statistics));
    return parts;
  }

  /** As Datadog's own agent names them, which dashboards ask for. */
  private static String suffix(TrendStat stat) {
    return switch (stat.kind()) {
      case MED -> "median";
      case QUANTILE -> stat.percent().replace('.', '_') + "percentile";
      case MIN, MAX, AVG, COUNT, SUM -> stat.toString();
    };
  }

  /** Labels as legal tags; of two whose keys become the same, the first in order stands. */
  static Labels labels(Labels labels) {
    Map<String, String> legal = new TreeMap<>();
    for (int i = 0; i < labels.size(); i++) {
      String key = key(labels.name(i));
      String value = cut(legal(labels.value(i)), LONGEST_TAG - 1 - bytes(key)).replaceFirst(":+$", "");
      if (!value.isEmpty()) {
        legal.putIfAbsent(key, value);
      }
    }
    return Labels.of(legal);
  }

  private static String key(String tag) {
    String key = legal(tag).replace(':', '_');
    boolean startsWell = !key.isEmpty() && Character.isLetter(key.codePointAt(0));
    return cut(startsWell && !RESERVED.contains(key) ? key : "tag_" + key, LONGEST_KEY);
  }

  private static String legal(String text) {
    return text.toLowerCase(Locale.ROOT).codePoints()
        .map(c -> Character.isLetterOrDigit(c) || "_-:./".indexOf(c) >= 0 ? c : '_')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
  }

  /** As much of the beginning as so many bytes of UTF-8 hold, in whole characters. */
  private static String cut(String text, int bytes) {
    int length = 0;
    for (int left = bytes; length < text.length();) {
      int c = text.codePointAt(length);
      left -= bytes(Character.toString(c));
      if (left < 0) { return text.substring(0, length); }
      length += Character.charCount(c);
    }
    return text;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
