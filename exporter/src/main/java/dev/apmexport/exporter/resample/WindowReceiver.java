package dev.apmexport.exporter.resample;

import java.util.List;

/**
 * Receives sealed windows in order, without a gap. The aggregations are shared and speak of this window only until it
 * returns.
 */
@FunctionalInterface
public interface WindowReceiver {
  /**
   * @param opened those whose first window this is
   * @param live all that have begun, the opened ones among them
   */
  void window(Window window, List<Aggregation> opened, List<Aggregation> live);

  /** Says that the run ended with this window, the one received last. A run that goes on after all ends again. */
  default void end(Window last, List<Aggregation> live) {}
}
