package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.TrendStat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Prometheus' classic names: {@code [a-zA-Z_:][a-zA-Z0-9_:]*} for metrics, the same without colons for labels.
 * Receivers before version 3 drop other names without saying so, hence only these leave.
 */
final class PrometheusNames {
  /** What Mimir takes by default; VictoriaMetrics takes more and drops the rest of what is longer without saying so. */
  private static final int LONGEST_NAME = 1_024;
  private static final int LONGEST_VALUE_BYTES = 2_048;
  private static final Pattern METRIC = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

  private PrometheusNames() {}

  static boolean isMetric(String name) {
    return METRIC.matcher(name).matches();
  }

  /** The name of a k6 metric that the block gives no other. */
  static String metric(String k6Name) {
    return "k6_" + legal(k6Name);
  }

  /** The series of an output, in the order {@link PrometheusShape} sends them. */
  static List<String> series(MetricType type, String name, Statistics statistics, boolean rateCounters) {
    List<String> names = new ArrayList<>();
    switch (type) {
      case COUNTER, GAUGE -> names.add(name);
      case RATE -> {
        names.add(name);
        if (rateCounters) {
          names.addAll(List.of(name + "_nonzero", name + "_total"));
        }
      }
      case TREND -> statistics.trend().forEach(stat -> names.add(name + "_" + suffix(stat)));
    }
    if (statistics.runSummary()) {
      summary(type, statistics).forEach(suffix -> names.add(summaryName(name) + "_" + suffix));
    }
    return names;
  }

  private static List<String> summary(MetricType type, Statistics statistics) {
    return switch (type) {
      case COUNTER -> List.of("count");
      case GAUGE -> List.of("value", "min", "max");
      case RATE -> List.of("rate", "nonzero", "total");
      case TREND -> statistics.trend().stream().map(PrometheusNames::suffix).toList();
    };
  }

  private static String summaryName(String name) {
    return "k6_run_" + (name.startsWith("k6_") ? name.substring("k6_".length()) : name);
  }

  /** As k6's own remote write output names it: p99 for p(99), p999 for p(99.9). */
  private static String suffix(TrendStat stat) {
    return stat.kind() == TrendStat.Kind.QUANTILE ? "p" + stat.percent().replace(".", "") : stat.toString();
  }

  /**
   * Labels with legal names and values, which are cut where they are too long; of two that become the same, the first
   * in order stands. A reserved name gets a prefix.
   */
  static Labels labels(Labels labels) {
    Map<String, String> legal = new TreeMap<>();
    for (int i = 0; i < labels.size(); i++) {
      if (!labels.value(i).isEmpty()) {
        legal.putIfAbsent(label(labels.name(i)), value(labels.value(i)));
      }
    }
    return Labels.of(legal);
  }

  static String label(String tag) {
    String name = legal(tag);
    boolean reserved = name.startsWith("__") || name.isEmpty() || Character.isDigit(name.charAt(0));
    String free = reserved ? "tag_" + name : name;
    return free.length() <= LONGEST_NAME ? free : free.substring(0, LONGEST_NAME);
  }

  /** Valid UTF-8 of a bounded length, cut between characters; half of a surrogate pair becomes a question mark. */
  private static String value(String text) {
    boolean plain = text.length() <= LONGEST_VALUE_BYTES / 3
        && text.chars().noneMatch(c -> Character.isSurrogate((char) c));
    if (plain) { return text; }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int end = Math.min(utf8.length, LONGEST_VALUE_BYTES);
    while (end < utf8.length && (utf8[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(utf8, 0, end, StandardCharsets.UTF_8);
  }

  private static String legal(String name) {
    return name.codePoints().map(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_') ? c : '_')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
  }
}
