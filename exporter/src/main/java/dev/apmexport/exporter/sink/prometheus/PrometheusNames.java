package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.Labels;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Prometheus' classic names: {@code [a-zA-Z_:][a-zA-Z0-9_:]*} for metrics, the same without colons for labels.
 * Receivers before version 3 drop other names without saying so, hence only these leave.
 */
final class PrometheusNames {
  private static final Pattern METRIC = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

  private PrometheusNames() {}

  static boolean isMetric(String name) {
    return METRIC.matcher(name).matches();
  }

  /** The name of a k6 metric that the block gives no other. */
  static String metric(String k6Name) {
    return "k6_" + legal(k6Name);
  }

  /** Labels with legal names; of two that become the same, the first in order stands. A reserved name gets a prefix. */
  static Labels labels(Labels labels) {
    Map<String, String> legal = new TreeMap<>();
    for (int i = 0; i < labels.size(); i++) {
      if (!labels.value(i).isEmpty()) {
        legal.putIfAbsent(label(labels.name(i)), labels.value(i));
      }
    }
    return Labels.of(legal);
  }

  static String label(String tag) {
    String name = legal(tag);
    boolean reserved = name.startsWith("__") || name.isEmpty() || Character.isDigit(name.charAt(0));
    return reserved ? "tag_" + name : name;
  }

  private static String legal(String name) {
    return name.codePoints().map(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_') ? c : '_')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
  }
}
