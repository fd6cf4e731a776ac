package dev.apmexport.exporter.metric;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The input series of one run, each once. Ids follow the order of the log, so that every pass over the same log gives
 * every series the same id and refuses the same ones. Safe for several readers of one log.
 */
public final class SeriesTable {
  private final int limit;
  private final Map<Key, InputSeries> series = new HashMap<>();
  private final Map<String, MetricType> types = new HashMap<>();

  private record Key(String name, Labels labels) {}

  /** @param limit the most series a run may have; later ones are refused and the known ones go on */
  public SeriesTable(int limit) {
    this.limit = limit;
  }

  /** The series of this name, type and labels, or null if the run's limit is reached. */
  public synchronized @Nullable InputSeries intern(MetricType type, String name, Labels labels) {
    Key key = new Key(name, labels);
    InputSeries known = series.get(key);
    if (known != null || series.size() >= limit) { return known; }
    InputSeries added = new InputSeries(series.size(), type, name, labels);
    series.put(key, added);
    types.putIfAbsent(name, type);
    return added;
  }

  /** The type of the metric's first series, which a run's metric cannot change; the given one while it has none. */
  public synchronized MetricType typeOf(String metric, MetricType type) {
    return types.getOrDefault(metric, type);
  }

  public synchronized int size() {
    return series.size();
  }
}
