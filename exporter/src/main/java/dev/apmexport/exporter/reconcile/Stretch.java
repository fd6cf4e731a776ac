package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.ReadBackResult.Difference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A stretch of time: what a destination should hold of some series within it, and what it is found to hold. */
public final class Stretch {
  /** So many samples that should not be there are kept; whoever sees that many needs no more. */
  private static final int MOST_WRONG = 200_000;

  private final Set<Series> series;
  private final TreeMap<Long, Map<Series, Double>> expected;
  private final Set<At> right = new HashSet<>();
  private final Map<At, Double> wrong = new HashMap<>();

  private record At(Series series, long millis) {}

  /**
   * @param series of which nothing but the expected points should be there
   * @param expected by time and series
   */
  public Stretch(Set<Series> series, NavigableMap<Long, Map<Series, Double>> expected) {
    this.series = Set.copyOf(series);
    this.expected = new TreeMap<>(expected);
  }

  /** The names of all series. */
  public SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>();
    series.forEach(one -> names.add(one.name()));
    return names;
  }

  /** The labels that all series have, by which a destination finds them among those of other runs. */
  public Labels commonLabels() {
    Map<String, String> common = null;
    for (Series one : series) {
      Map<String, String> labels = one.labels().toMap();
      if (common == null) {
        common = labels;
      } else {
        common.entrySet().retainAll(labels.entrySet());
      }
    }
    return common == null ? Labels.NONE : Labels.of(common);
  }

  /** How many points there should be. */
  public long size() {
    return expected.values().stream().mapToLong(Map::size).sum();
  }

  /** A sample that is there; one of another series is passed over. A time may come more than once. */
  public void found(Series one, long atMillis, double value) {
    Double should = expected.getOrDefault(atMillis, Map.of()).get(one);
    if (should != null && Reconciliation.same(should, value)) {
      right.add(new At(one, atMillis));
    } else if (series.contains(one) && wrong.size() < MOST_WRONG) {
      wrong.put(new At(one, atMillis), value);
    }
  }

  /** Forgets what was found, to be told it anew. */
  public void forget() {
    right.clear();
    wrong.clear();
  }

  /** What is not as it should be, in the order of time. */
  public List<Difference> differences() {
    List<Difference> differences = new ArrayList<>();
    expected.forEach((millis, points) -> points.forEach((one, should) -> {
      At at = new At(one, millis);
      if (wrong.containsKey(at) || !right.contains(at)) {
        differences.add(new Difference(one.toString(), millis, should, wrong.get(at)));
      }
    }));
    wrong.forEach((at, value) -> {
      if (!expected.getOrDefault(at.millis(), Map.of()).containsKey(at.series())) {
        differences.add(new Difference(at.series().toString(), at.millis(), null, value));
      }
    });
    differences.sort(Comparator.comparingLong(Difference::atMillis).thenComparing(Difference::series));
    return differences;
  }
}
