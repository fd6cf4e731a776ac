package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Aggregation;
import dev.apmexport.exporter.resample.Window;

/**
 * How a destination wants aggregates as points: names, statistics, units, times, totals or increments. Its points come in
 * the order of time. Stateful only in that it remembers the series it has made; the same windows give the same points.
 */
public interface Shape {
  /** Points that open an aggregation's series, not later than those of its first window. */
  void open(Window first, Aggregation aggregation, Point.Receiver out);

  /** The points of one sealed window. */
  void window(Window window, Aggregation aggregation, Point.Receiver out);

  /** The points that sum up the run, after those of its last window and at their time. */
  void end(Window last, Aggregation aggregation, Point.Receiver out);

  /**
   * Whether a series this shape has made runs on from the run's start, so that one right point at the end mends its
   * total.
   */
  boolean isTotal(Series series);
}
