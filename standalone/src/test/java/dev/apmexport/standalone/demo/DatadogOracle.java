package dev.apmexport.standalone.demo;

import dev.apmexport.standalone.demo.Expected.Exact;
import dev.apmexport.standalone.demo.Expected.OneOf;
import dev.apmexport.standalone.demo.Expected.Quantile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What one export of one test run has to bring in Datadog's shape, computed from the raw samples alone: counts of each
 * window, gauges, times in milliseconds, every point at its window's start.
 */
final class DatadogOracle {
  private final int seconds;
  private final int bucketSeconds;
  private final Map<String, String> staticTags;
  private final SortedMap<OutputSeries, SortedMap<Long, Expected>> truth = new TreeMap<>();

  DatadogOracle(int seconds, int bucketSeconds, Map<String, String> staticTags) {
    this.seconds = seconds;
    this.bucketSeconds = bucketSeconds;
    this.staticTags = staticTags;
  }

  /** Every series with its points by time, in milliseconds since the epoch. */
  SortedMap<OutputSeries, SortedMap<Long, Expected>> truth(List<Expectation> expectations,
      Collection<RawSample> samples) {
    long last = samples.stream().mapToLong(this::window).max().orElseThrow();
    for (Expectation expectation : expectations) {
      var groups = new HashMap<Map<String, String>, NavigableMap<Long, List<RawSample>>>();
      samples.stream().filter(one -> one.metric().equals(expectation.sourceMetric()))
          .filter(one -> expectation.where().test(one.wireTags()))
          .forEach(one -> groups.computeIfAbsent(tags(expectation, one), _ -> new TreeMap<>())
              .computeIfAbsent(window(one), _ -> new ArrayList<>()).add(one));
      groups.forEach((tags, windows) -> output(expectation.target(), tags, windows, last));
    }
    return truth;
  }

  private long window(RawSample sample) {
    return Math.floorDiv(sample.bucketStart(bucketSeconds), (long) seconds) * seconds;
  }

  private Map<String, String> tags(Expectation expectation, RawSample sample) {
    var tags = new TreeMap<>(sample.wireTags());
    tags.keySet().retainAll(expectation.keepTags());
    tags.values().removeIf(String::isEmpty);
    tags.replaceAll((_, value) -> value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_:./-]", "_"));
    tags.putAll(staticTags);
    return tags;
  }

  private void output(String name, Map<String, String> tags, NavigableMap<Long, List<RawSample>> windows, long last) {
    Series series = new Series(name, tags, windows, last);
    switch (windows.firstEntry().getValue().getFirst().type()) {
      case COUNTER -> series.everyWindow(now -> new Exact(now.stream().mapToDouble(RawSample::value).sum()));
      case GAUGE -> series.gauge();
      case RATE -> {
        series.windows("", now -> new Exact((double) nonzero(now) / now.size()));
        series.windows(".nonzero", now -> new Exact(nonzero(now)));
        series.windows(".total", now -> new Exact(now.size()));
      }
      case TREND -> {
        series.windows(".avg", now -> new Exact(sorted(now).stream().mapToDouble(d -> d).average().orElseThrow()));
        series.windows(".min", now -> new Exact(sorted(now).getFirst()));
        series.windows(".max", now -> new Exact(sorted(now).getLast()));
        series.windows(".median", now -> quantile(sorted(now), 50));
        series.windows(".95percentile", now -> quantile(sorted(now), 95));
        series.windows(".99percentile", now -> quantile(sorted(now), 99));
        series.windows(".count", now -> new Exact(now.size()));
      }
    }
  }

  private static long nonzero(List<RawSample> samples) {
    return samples.stream().filter(one -> one.value() != 0).count();
  }

  private static List<Double> sorted(List<RawSample> samples) {
    return samples.stream().map(RawSample::value).sorted().toList();
  }

  /** Nearest rank, as near as k6's histogram tells it. */
  private static Expected quantile(List<Double> sorted, int percent) {
    double exact = sorted.get(Math.ceilDiv(percent * sorted.size(), 100) - 1);
    HdrBucket bucket = HdrBucket.of(exact);
    return new Quantile(exact, Math.max(sorted.getFirst(), bucket.lower()), Math.min(sorted.getLast(), bucket.upper()));
  }

  /** The samples of one output by window, from its first to the run's last. */
  private final class Series {
    private final String name;
    private final Map<String, String> tags;
    private final NavigableMap<Long, List<RawSample>> windows;
    private final long last;

    Series(String name, Map<String, String> tags, NavigableMap<Long, List<RawSample>> windows, long last) {
      this.name = name;
      this.tags = tags;
      this.windows = windows;
      this.last = last;
    }

    void windows(String suffix, Function<List<RawSample>, Expected> value) {
      windows.forEach((start, samples) -> put(suffix, start, value.apply(samples)));
    }

    void everyWindow(Function<List<RawSample>, Expected> value) {
      for (long start = windows.firstKey(); start <= last; start += seconds) {
        put("", start, value.apply(windows.getOrDefault(start, List.of())));
      }
    }

    void gauge() {
      for (long start = windows.firstKey(); start <= last; start += seconds) {
        put("", start, latest(windows.floorEntry(start).getValue()));
      }
    }

    private Expected latest(List<RawSample> samples) {
      long bucket = samples.stream().mapToLong(one -> one.bucketStart(bucketSeconds)).max().orElseThrow();
      return new OneOf(samples.stream().filter(one -> one.bucketStart(bucketSeconds) == bucket)
          .map(RawSample::value).distinct().toList());
    }

    private void put(String suffix, long start, Expected value) {
      truth.computeIfAbsent(OutputSeries.of(name + suffix, tags), _ -> new TreeMap<>()).putIfAbsent(start * 1000,
          value);
    }
  }
}
