package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.MetricType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a threshold asks of a metric; each type of metric answers some ({@code metrics/metric_type.go} of k6). */
public enum AggregationMethod {
  COUNT(MetricType.COUNTER), RATE(MetricType.COUNTER, MetricType.RATE), VALUE(MetricType.GAUGE), AVG(
      MetricType.TREND),
  MIN(MetricType.TREND), MAX(MetricType.TREND), MED(MetricType.TREND), PERCENTILE(
      MetricType.TREND);

  private final Set<MetricType> types;

  AggregationMethod(MetricType... types) {
    this.types = EnumSet.copyOf(List.of(types));
  }

  boolean fits(MetricType type) {
    return types.contains(type);
  }

  /** As it is written. */
  String word() {
    return this == PERCENTILE ? "p(N)" : name().toLowerCase(Locale.ROOT);
  }

  /** What may be asked of a metric of this type, in words. */
  static String of(MetricType type) {
    return Arrays.stream(values()).filter(method -> method.fits(type)).map(AggregationMethod::word)
        .collect(Collectors.joining(", "));
  }
}
