package dev.apmexport.exporter.metric;

import org.jspecify.annotations.Nullable;

/** k6's four kinds of metric. */
public enum MetricType {
  COUNTER, GAUGE, RATE, TREND;

  /** The type with k6's own lower-case name, or null if there is none of that name. */
  public static @Nullable MetricType named(String name) {
    return switch (name) {
      case "counter" -> COUNTER;
      case "gauge" -> GAUGE;
      case "rate" -> RATE;
      case "trend" -> TREND;
      default -> null;
    };
  }

  /** The type with this number in k6's protobuf enum, or null if there is none of that number. */
  public static @Nullable MetricType numbered(int number) {
    return switch (number) {
      case 1 -> COUNTER;
      case 2 -> GAUGE;
      case 3 -> RATE;
      case 4 -> TREND;
      default -> null;
    };
  }
}
