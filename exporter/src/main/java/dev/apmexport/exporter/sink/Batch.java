package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Points of one time, each of another series: what one request carries. The arrays belong to the batch. */
public record Batch(long atMillis, Series[] series, double[] values) {
  public static final Batch EMPTY = new Batch(0, new Series[0], new double[0]);

  public int size() {
    return series.length;
  }

  public Point point(int i) {
    return new Point(series[i], atMillis, values[i]);
  }

  /** The points {@code [from, to)} as a batch of their own. */
  public Batch part(int from, int to) {
    return new Batch(atMillis, Arrays.copyOfRange(series, from, to), Arrays.copyOfRange(values, from, to));
  }

  /** Those points whose position passes the test. */
  public Batch where(IntPredicate wanted) {
    int[] kept = IntStream.range(0, size()).filter(wanted).toArray();
    if (kept.length == size()) { return this; }
    return new Batch(atMillis, Arrays.stream(kept).mapToObj(i -> series[i]).toArray(Series[]::new),
        Arrays.stream(kept).mapToDouble(i -> values[i]).toArray());
  }
}
