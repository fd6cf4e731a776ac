package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;

/**
 * How a series of counts is known from a gauge: by a label with the length of its windows, which no tag can be called
 * and which is not sent. So a point that comes back from the ledger is sent as the same type as before, though no
 * window is at hand to ask.
 */
final class Counts {
  static final String INTERVAL = "__interval__";

  private Counts() {}

  /** @param seconds the length of the windows that are counted */
  static Series series(String name, Labels labels, int seconds) {
    return new Series(name, labels.with(INTERVAL, Integer.toString(seconds)));
  }

  /** The length of the windows in seconds as text; empty for a gauge. */
  static String interval(Series series) {
    return series.labels().get(INTERVAL);
  }
}
