package dev.apmexport.exporter.resample;

import dev.apmexport.exporter.metric.BuiltIn;
import java.util.Arrays;

/**
 * Keeps the value of the latest bucket. For {@code vus} and {@code vus_max} it keeps one for each load generator and
 * adds them up; for every other gauge the latest of all generators stands. Of several values in one bucket the largest
 * is taken, since the wire does not say which was the last.
 */
public final class GaugeAggregation extends Aggregation {
  /** The latest bucket and its value, for each generator. */
  private static final class Latest {
    private long[] buckets = {Long.MIN_VALUE};
    private double[] values = {0};

    void add(int generator, long bucket, double value) {
      if (generator >= buckets.length) {
        int known = buckets.length;
        buckets = Arrays.copyOf(buckets, generator + 1);
        values = Arrays.copyOf(values, generator + 1);
        Arrays.fill(buckets, known, buckets.length, Long.MIN_VALUE);
      }
      if (bucket > buckets[generator] || bucket == buckets[generator] && value > values[generator]) {
        buckets[generator] = bucket;
        values[generator] = value;
      }
    }

    void addAll(Latest other) {
      for (int i = 0; i < other.buckets.length; i++) {
        if (other.buckets[i] != Long.MIN_VALUE) {
          add(i, other.buckets[i], other.values[i]);
        }
      }
    }
  }

  private final boolean sums;
  private final GaugeRule rule;
  private final OpenWindows<Latest> open = new OpenWindows<>();
  private final Latest latest = new Latest();
  private double value;
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;

  GaugeAggregation(int id, Output output, GaugeRule rule) {
    super(id, output);
    this.sums = BuiltIn.addsUpOverInstances(output.metric());
    this.rule = rule;
  }

  void add(long window, int generator, long bucket, double last) {
    open.at(window, Latest::new).add(sums ? generator : 0, bucket, last);
  }

  @Override
  boolean seal(Window window) {
    Latest filled = open.take(window.index());
    if (filled != null) {
      latest.addAll(filled);
    }
    value = sum(window);
    if (filled != null) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return filled != null;
  }

  /** The generator with the newest bucket always counts: a gauge repeats its last value to the run's end. */
  private double sum(Window window) {
    long newest = Arrays.stream(latest.buckets).max().orElseThrow();
    double sum = 0;
    for (int i = 0; i < latest.buckets.length; i++) {
      long bucket = latest.buckets[i];
      if (bucket != Long.MIN_VALUE && (bucket == newest || rule.counts(bucket, window))) {
        sum += latest.values[i];
      }
    }
    return sum;
  }

  /** The value at the end of the window. */
  public double value() {
    return value;
  }

  /** The least value a window of the run had at its end. */
  public double least() {
    return least;
  }

  /** The greatest value a window of the run had at its end. */
  public double most() {
    return most;
  }
}
