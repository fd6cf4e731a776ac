package dev.apmexport.standalone.demo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a Prometheus has to hold after one export of one test run, computed from the raw samples alone.
 *
 * <p>A window is {@code [n·R, (n+1)·R)}, counted from the epoch. A sample belongs to the bucket that k6 puts it into,
 * and the bucket to the window in which it starts. A point stands at its window's end. Counters, and count and sum of
 * trends, are totals since the run's start: they begin with a 0 at the start of the series' first window and have a
 * point in every window up to the run's last one. A gauge has a point in as many windows, rates and trends only where
 * they have samples.
 */
public final class Oracle {
  private final int resampleSeconds;
  private final int bucketSeconds;
  private final Map<String, String> staticLabels;
  private final List<Expectation> expectations;

  /**
   * @param resampleSeconds length R of a window, a multiple of the bucket's
   * @param bucketSeconds length of the buckets that k6 aggregated to
   * @param staticLabels on every output series, stronger than a tag of the same name
   * @param expectations where two lead to the same output series, the earlier owns it
   */
  public Oracle(int resampleSeconds, int bucketSeconds, Map<String, String> staticLabels,
      List<Expectation> expectations) {
    if (resampleSeconds < bucketSeconds || resampleSeconds % bucketSeconds != 0) {
      throw new IllegalArgumentException(
          "resampleSeconds must be a multiple of %d; got %d".formatted(bucketSeconds, resampleSeconds));
    }
    this.resampleSeconds = resampleSeconds;
    this.bucketSeconds = bucketSeconds;
    this.staticLabels = Map.copyOf(staticLabels);
    this.expectations = List.copyOf(expectations);
  }

  /** Every output series with its points by time, in milliseconds since the epoch. */
  public SortedMap<OutputSeries, SortedMap<Long, Expected>> truth(Collection<RawSample> samples) {
    var truth = new TreeMap<OutputSeries, SortedMap<Long, Expected>>();
    if (samples.isEmpty()) { return truth; }
    long last = samples.stream().mapToLong(this::windowStart).max().getAsLong();
    for (Expectation expectation : expectations) {
      group(expectation, samples).forEach((labels, windows) -> {
        var clock = new WindowTimes(resampleSeconds, bucketSeconds, windows.firstKey(), last);
        new SeriesTruth(expectation.target(), labels, windows, clock).points().forEach(truth::putIfAbsent);
      });
    }
    return truth;
  }

  /** The samples of each group of series that becomes one, by the start of their window. */
  private Map<Map<String, String>, NavigableMap<Long, List<RawSample>>> group(Expectation expectation,
      Collection<RawSample> samples) {
    var groups = new HashMap<Map<String, String>, NavigableMap<Long, List<RawSample>>>();
    for (RawSample sample : samples) {
      if (!sample.metric().equals(expectation.sourceMetric())) {
        continue;
      }
      Map<String, String> tags = sample.wireTags();
      if (expectation.where().test(tags)) {
        groups.computeIfAbsent(labels(expectation, tags), _ -> new TreeMap<>())
            .computeIfAbsent(windowStart(sample), _ -> new ArrayList<>()).add(sample);
      }
    }
    return groups;
  }

  private Map<String, String> labels(Expectation expectation, Map<String, String> tags) {
    var labels = new TreeMap<>(tags);
    labels.keySet().retainAll(expectation.keepTags());
    labels.putAll(staticLabels);
    labels.values().removeIf(String::isEmpty);
    return labels;
  }

  private long windowStart(RawSample sample) {
    return Math.floorDiv(sample.bucketStart(bucketSeconds), resampleSeconds) * resampleSeconds;
  }
}
