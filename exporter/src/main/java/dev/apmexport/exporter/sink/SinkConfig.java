package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What opens a destination. Immutable, free of faults once it exists. */
public interface SinkConfig {
  /** A new shape, with a memory of its own. */
  Shape shape();

  /** A new sink; every thread that sends opens one for itself. */
  Sink open(HttpTransport http);

  /** A new reader of what the destination holds; null where the block does not say whom to ask. */
  default @Nullable ReadBack readBack(HttpTransport http) {
    return null;
  }

  /** Where the points go, for people to read; without any secret. */
  String destination();

  /** Whether both write to one place as one user, so that a series of the one is a series of the other. */
  boolean sharesDestinationWith(SinkConfig other);

  /** The destination's own name of a k6 metric, for entries that give it no other. */
  String name(String metric);

  /**
   * The name of the series with one statistic of a metric, such as {@code p99} or {@code rate}, as a shape names it.
   */
  default String name(String metricName, String statistic) {
    return metricName + "_" + statistic;
  }

  /** Whether a name given in a block can be used as it is. */
  boolean isName(String name);

  /** The labels as the destination takes them. */
  Labels labels(Labels labels);

  Statistics statistics();

  /** The names of all series that the shape makes of an output of this type and name. */
  List<String> seriesNames(MetricType type, String name);

  /**
   * What all series of one name have in common, whatever their labels.
   *
   * @param type such as {@code gauge}
   * @param seconds the length of the windows, where the destination is told of it; else 0
   */
  record Kind(String type, int seconds) {
    @Override
    public String toString() {
      return "a " + type + (seconds == 0 ? "" : " of windows of " + seconds + " s");
    }
  }

  /**
   * The kind of every series that the shape makes of an output, by its name; nothing where a destination takes series of
   * one name whatever they are.
   *
   * @param seconds the length of the windows
   */
  default Map<String, Kind> kinds(MetricType type, String name, int seconds) {
    return Map.of();
  }

  Amendment amendment();

  /** Whether the run's end is marked in every series. */
  boolean marksEnd();

  /** Whether a request that is refused is left out as a whole; else what is bad in it is looked for. */
  default boolean isStrict() {
    return false;
  }

  /** The most labels of a series that receivers of this kind take by default, its name left out. */
  int mostLabels();

  /** The most points one request should carry. */
  int maxBatch();

  /** Writes the destination's own keys of an apm block into it, with {@code ***} in place of every secret. */
  void describe(ObjectNode block);
}
