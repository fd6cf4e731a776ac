package dev.apmexport.exporter;

import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every point that a run's samples demand at a Datadog, computed the plain way from the samples themselves, without
 * histograms. Gauges are those of one load generator, in the order of time.
 */
final class DatadogTruth {
  private final int seconds;
  private final long lastWindow;
  private final Map<String, NavigableMap<Long, Double>> points = new TreeMap<>();

  DatadogTruth(List<Sample> samples, List<MetricEntry> entries, int seconds) {
    this.seconds = seconds;
    this.lastWindow = samples.stream().mapToLong(this::window).max().orElseThrow();
    for (MetricEntry entry : entries) {
      Map<Labels, NavigableMap<Long, List<Sample>>> outputs = new HashMap<>();
      samples.stream()
          .filter(one -> entry.source().matches(new InputSeries(0, one.type(), one.metric(), one.labels())))
          .forEach(one -> outputs.computeIfAbsent(one.labels().keep(entry.keepTags()), _ -> new TreeMap<>())
              .computeIfAbsent(window(one), _ -> new ArrayList<>()).add(one));
      String name = entry.target() == null ? "k6." + entry.source().metric() : entry.target();
      outputs.forEach((labels, windows) -> output(name, tags(labels), windows));
    }
  }

  /** By {@code name[tag, …]} and second. */
  Map<String, NavigableMap<Long, Double>> points() {
    return points;
  }

  long size() {
    return points.values().stream().mapToLong(Map::size).sum();
  }

  private long window(Sample sample) {
    return Math.floorDiv(sample.bucket(), (long) seconds);
  }

  private static String tags(Labels labels) {
    TreeSet<String> tags = new TreeSet<>();
    labels.toMap().forEach(
        (key, value) -> tags.add(key + ":" + value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_:./-]", "_")));
    return List.copyOf(tags).toString();
  }

  private void output(String name, String tags, NavigableMap<Long, List<Sample>> windows) {
    double gauge = 0;
    for (long window = windows.firstKey(); window <= lastWindow; window++) {
      List<Sample> now = windows.getOrDefault(window, List.of());
      double[] values = now.stream().flatMapToDouble(one -> Arrays.stream(one.values())).sorted().toArray();
      double sum = Arrays.stream(values).sum();
      switch (windows.firstEntry().getValue().getFirst().type()) {
        case COUNTER -> point(name, tags, window, sum);
        case GAUGE -> {
          gauge = now.isEmpty() ? gauge : last(now);
          point(name, tags, window, gauge);
        }
        case RATE -> {
          if (values.length > 0) {
            point(name, tags, window, sum / values.length);
            point(name + ".nonzero", tags, window, sum);
            point(name + ".total", tags, window, values.length);
          }
        }
        case TREND -> trend(name, tags, window, values);
      }
    }
  }

  /** The samples stand in the order of time. */
  private static double last(List<Sample> samples) {
    return samples.getLast().values()[0];
  }

  private void trend(String name, String tags, long window, double[] sorted) {
    if (sorted.length == 0) { return; }
    point(name + ".avg", tags, window, Arrays.stream(sorted).average().orElseThrow());
    point(name + ".min", tags, window, sorted[0]);
    point(name + ".max", tags, window, sorted[sorted.length - 1]);
    point(name + ".median", tags, window, rank(sorted, 50));
    point(name + ".95percentile", tags, window, rank(sorted, 95));
    point(name + ".99percentile", tags, window, rank(sorted, 99));
    point(name + ".count", tags, window, sorted.length);
  }

  private static double rank(double[] sorted, int percent) {
    return sorted[Math.ceilDiv(sorted.length * percent, 100) - 1];
  }

  private void point(String name, String tags, long window, double value) {
    points.computeIfAbsent(name + tags, _ -> new TreeMap<>()).put(window * seconds, value);
  }

  /** Whether a value is right: a quantile within a bucket of k6's histogram, all else to the last digits. */
  static boolean isRight(String series, Double held, double right) {
    boolean quantile = series.matches(".*\\.(median|\\d+percentile)\\[.*");
    return held != null
        && Math.abs(held - right) <= (quantile ? right / 128 + 0.001 : 1e-9 * Math.max(1e-6, Math.abs(right)));
  }
}
