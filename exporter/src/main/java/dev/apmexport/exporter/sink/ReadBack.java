package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import java.util.Collection;

/** Asks a destination what it holds. One thread. */
public interface ReadBack extends AutoCloseable {
  /**
   * Hands on every sample that is stored from one time to another, both included, in no certain order; marks of a
   * series' end are no samples. More than was asked for may come, of series with further labels.
   *
   * @param names of the series
   * @param labels that each of them has
   */
  void read(Collection<String> names, Labels labels, long fromMillis, long toMillis, Point.Receiver out) throws Failed;

  @Override
  void close();

  /** There is no answer, or none that can be read. The message is a sentence without any secret. */
  final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean passing;

    /** @param passing whether the same question may be answered a little later */
    public Failed(String message, boolean passing) {
      super(message);
      this.passing = passing;
    }

    public boolean isPassing() {
      return passing;
    }
  }
}
