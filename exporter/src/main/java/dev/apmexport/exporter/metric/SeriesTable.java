package dev.apmexport.exporter.metric;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The input series of one run, each once. Ids follow the order of the log, so that every pass over the same log gives
 * every series the same id and refuses the same ones. Safe for several readers of one log.
 */
public final class SeriesTable {
  /** Refused series are counted up to here. */
  private static final int MOST_COUNTED = 100_000;

  private final int limit;
  private final Map<Key, InputSeries> series = new HashMap<>();
  private final Map<String, MetricType> types = new HashMap<>();

  private final DistinctCount refused = new DistinctCount(MOST_COUNTED);

  private record Key(String name, Labels labels) {}

  /** @param limit the most series a run may have; later ones are refused and the known ones go on */
  public SeriesTable(int limit) {
    this.limit = limit;
  }

  /** The series of this name, type and labels, or null if the run's limit is reached. */
  public @Nullable InputSeries intern(MetricType type, String name, Labels labels) {
    return intern(type, name, labels, "");
  }

  /** The same of a statistic of a metric, whose name ends in it. */
  public synchronized @Nullable InputSeries intern(MetricType type, String name, Labels labels, String statistic) {
    Key key = new Key(name, labels);
    InputSeries known = series.get(key);
    if (known != null) { return known; }
    if (series.size() >= limit) {
      refused.add(key.hashCode());
      return null;
    }
    InputSeries added = new InputSeries(series.size(), type, name, labels, statistic);
    series.put(key, added);
    types.putIfAbsent(name, type);
    return added;
  }

  /**
   * Counts a series that its reader had no room for.
   *
   * @param hash by which it is told from others
   */
  public synchronized void refuse(long hash) {
    refused.add(hash);
  }

  /** The most series the run may have. */
  public int limit() {
    return limit;
  }

  /** The type of the metric's first series, which a run's metric cannot change; the given one while it has none. */
  public synchronized MetricType typeOf(String metric, MetricType type) {
    return types.getOrDefault(metric, type);
  }

  /** How many series were refused, in words where they are too many to be counted; null if none was. */
  public synchronized @Nullable String refused() {
    return refused.count() == 0 ? null : refused.toString();
  }

  /** All series so far, in the order of their ids. */
  public synchronized List<InputSeries> all() {
    return series.values().stream().sorted(Comparator.comparingInt(InputSeries::id)).toList();
  }

  public synchronized int size() {
    return series.size();
  }
}
