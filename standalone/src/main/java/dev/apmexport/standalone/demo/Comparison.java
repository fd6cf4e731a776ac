package dev.apmexport.standalone.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a destination holds, against what it should hold, point by point.
 *
 * @param series all that are expected or there
 * @param differences the first few, for diagnosis
 */
public record Comparison(List<SeriesComparison> series, List<Difference> differences) {
  private static final int DIFFERENCES = 20;

  public Comparison {
    series = List.copyOf(series);
    differences = List.copyOf(differences);
  }

  /** Compares by series and time, in milliseconds since the epoch. */
  public static Comparison of(Map<OutputSeries, ? extends SortedMap<Long, Expected>> expected,
      Map<OutputSeries, ? extends SortedMap<Long, Double>> actual) {
    SortedSet<OutputSeries> all = new TreeSet<>(expected.keySet());
    all.addAll(actual.keySet());
    var series = new ArrayList<SeriesComparison>();
    var differences = new ArrayList<Difference>();
    for (OutputSeries one : all) {
      SortedMap<Long, Expected> right = expected.containsKey(one) ? expected.get(one) : new TreeMap<>();
      SortedMap<Long, Double> there = actual.containsKey(one) ? actual.get(one) : new TreeMap<>();
      List<Difference> found = differences(one, right, there);
      series.add(summary(one, right.size(), found));
      differences.addAll(found.subList(0, Math.min(found.size(), DIFFERENCES - differences.size())));
    }
    return new Comparison(series, differences);
  }

  private static List<Difference> differences(OutputSeries series, SortedMap<Long, Expected> expected,
      SortedMap<Long, Double> actual) {
    SortedSet<Long> times = new TreeSet<>(expected.keySet());
    times.addAll(actual.keySet());
    var differences = new ArrayList<Difference>();
    for (Long time : times) {
      Expected right = expected.get(time);
      Double there = actual.get(time);
      if (right == null || there == null || !right.matches(there)) {
        differences.add(new Difference(series, time, right, there));
      }
    }
    return differences;
  }

  private static SeriesComparison summary(OutputSeries series, int expected, List<Difference> differences) {
    int missing = (int) differences.stream().filter(one -> one.actual() == null).count();
    int unexpected = (int) differences.stream().filter(one -> one.expected() == null).count();
    int wrong = differences.size() - missing - unexpected;
    return new SeriesComparison(series, expected, expected - missing - wrong, missing, wrong, unexpected);
  }

  /** Whether every expected point is there with its value, and no other. Nothing compared is not equal. */
  public boolean allEqual() {
    return expected() > 0 && series.stream().allMatch(SeriesComparison::allEqual);
  }

  /** Points that there should be. */
  public int expected() {
    return series.stream().mapToInt(SeriesComparison::expected).sum();
  }

  /** Points that are there as they should be. */
  public int equal() {
    return series.stream().mapToInt(SeriesComparison::equal).sum();
  }

  /** A line per series, and a closing one with the verdict. */
  public String table() {
    return ComparisonTable.of(this);
  }
}
