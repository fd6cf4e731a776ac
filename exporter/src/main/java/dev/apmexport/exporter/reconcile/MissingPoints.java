package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Points of one series on which nothing can be decided yet, some 20 bytes each: after a long outage they are many. */
final class MissingPoints {
  private static final int FIRST = 8;

  private @Nullable Series series;
  private long[] times = {};
  private double[] values = {};
  private int size;

  void add(Point point) {
    series = point.series();
    if (size == times.length) {
      int more = Math.max(FIRST, size + size / 2);
      times = Arrays.copyOf(times, more);
      values = Arrays.copyOf(values, more);
    }
    times[size] = point.atMillis();
    values[size++] = point.value();
  }

  /** Hands all out in the order in which they came, and forgets them. */
  void drainTo(Consumer<Point> out) {
    Series one = series;
    if (one == null) { return; }
    for (int i = 0; i < size; i++) {
      out.accept(new Point(one, times[i], values[i]));
    }
    times = new long[0];
    values = new double[0];
    size = 0;
    series = null;
  }
}
