package dev.apmexport.exporter;

import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Every point that a run's samples demand at a Prometheus, computed the plain way: all samples at hand, one window
 * after the other.
 */
final class Truth {
  private final List<Sample> samples;
  private final int seconds;
  private final int period;
  private final int silence;
  private final long lastWindow;
  private final Map<String, NavigableMap<Long, Double>> points = new TreeMap<>();

  Truth(List<Sample> samples, List<MetricEntry> entries, int seconds, int period, int silence) {
    this.samples = samples;
    this.seconds = seconds;
    this.period = period;
    this.silence = silence;
    this.lastWindow = samples.stream().mapToLong(this::window).max().orElseThrow();
    for (MetricEntry entry : entries) {
      Map<Labels, List<Sample>> outputs = new HashMap<>();
      samples.stream().filter(sample -> wanted(entry, sample))
          .forEach(sample -> outputs.computeIfAbsent(sample.labels().keep(entry.keepTags()), _ -> new ArrayList<>())
              .add(sample));
      outputs.forEach((labels, all) -> output(entry.target() == null ? "k6_" + all.getFirst().metric() : entry.target(),
          labels, all));
    }
  }

  /** By series and time. */
  Map<String, NavigableMap<Long, Double>> points() {
    return points;
  }

  long size() {
    return points.values().stream().mapToLong(Map::size).sum();
  }

  static boolean isTotal(String series) {
    return series.matches("k6_(http_reqs|data_sent)([{].*)?|errors([{].*)?|.*_(count|sum)([{].*)?");
  }

  private static boolean wanted(MetricEntry entry, Sample sample) {
    return entry.source().matches(new InputSeries(0, sample.type(), sample.metric(), sample.labels()));
  }

  private long window(Sample sample) {
    return Math.floorDiv(sample.bucket(), (long) seconds);
  }

  private void output(String name, Labels labels, List<Sample> all) {
    long first = all.stream().mapToLong(this::window).min().orElseThrow();
    double total = 0;
    long count = 0;
    double sum = 0;
    for (long window = first; window <= lastWindow; window++) {
      long index = window;
      List<Sample> now = all.stream().filter(sample -> window(sample) == index).toList();
      switch (all.getFirst().type()) {
        case COUNTER -> {
          total += now.stream().mapToDouble(Sample::sum).sum();
          total(name, labels, first, window, total);
        }
        case GAUGE -> point(name, labels, window + 1, gauge(all, window));
        case RATE -> {
          if (!now.isEmpty()) {
            double[] values = now.stream().flatMapToDouble(sample -> Arrays.stream(sample.values())).toArray();
            point(name, labels, window + 1, Arrays.stream(values).sum() / values.length);
          }
        }
        case TREND -> {
          Histogram histogram = new Histogram();
          now.forEach(sample -> Arrays.stream(sample.values()).forEach(histogram::add));
          count += histogram.count();
          sum += histogram.sum();
          total(name + "_count", labels, first, window, count);
          total(name + "_sum", labels, first, window, sum / 1000);
          statistics(name, labels, window, histogram);
        }
      }
    }
  }

  private void statistics(String name, Labels labels, long window, Histogram values) {
    if (!values.isEmpty()) {
      point(name + "_min", labels, window + 1, values.min() / 1000);
      point(name + "_max", labels, window + 1, values.max() / 1000);
      point(name + "_avg", labels, window + 1, values.sum() / values.count() / 1000);
      point(name + "_med", labels, window + 1, values.quantile(0.5) / 1000);
      point(name + "_p90", labels, window + 1, values.quantile(0.9) / 1000);
      point(name + "_p95", labels, window + 1, values.quantile(0.95) / 1000);
      point(name + "_p99", labels, window + 1, values.quantile(0.99) / 1000);
    }
  }

  private double gauge(List<Sample> all, long window) {
    boolean sums = all.getFirst().metric().equals("vus");
    long newest = all.stream().filter(sample -> window(sample) <= window).mapToLong(Sample::bucket).max().orElseThrow();
    Map<Integer, Sample> latest = new HashMap<>();
    for (Sample sample : all) {
      if (window(sample) <= window) {
        latest.merge(sums ? sample.generator() : 0, sample, Truth::later);
      }
    }
    return latest.values().stream()
        .filter(sample -> sample.bucket() == newest || (window + 1) * seconds - (sample.bucket() + period) <= silence)
        .mapToDouble(sample -> sample.values()[0]).sum();
  }

  private static Sample later(Sample a, Sample b) {
    return a.bucket() > b.bucket() || a.bucket() == b.bucket() && a.values()[0] > b.values()[0] ? a : b;
  }

  private void total(String name, Labels labels, long first, long window, double value) {
    if (window == first) {
      point(name, labels, first, 0);
    }
    point(name, labels, window + 1, value);
  }

  private void point(String name, Labels labels, long at, double value) {
    points.computeIfAbsent(new Series(name, labels).toString(), _ -> new TreeMap<>()).put(at * seconds * 1000, value);
  }
}
