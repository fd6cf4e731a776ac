package dev.apmexport.exporter.resample;

import dev.apmexport.exporter.metric.BuiltIn;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Keeps the value of the latest bucket. For {@code vus} and {@code vus_max} it keeps one for each load generator and
 * adds them up; for every other gauge the latest of all generators stands. Of several values in one bucket the largest
 * is taken, since the wire does not say which was the last.
 *
 * <p>Of a statistic it keeps the value that came last of every series of every generator, since each speaks of its own:
 * the least of them is the minimum of all, a count or sum adds up, and of everything else the greatest stands. That is
 * the maximum of all, and what no average, percentile or ratio of all can exceed.
 */
public final class GaugeAggregation extends Aggregation {
  /** The latest bucket and its value, for each generator. */
  private static final class Latest {
    private long[] buckets = {Long.MIN_VALUE};
    private double[] values = {0};

    /** Takes a value; in a bucket that has one the larger stands, or the later where it is known to be. */
    void add(int source, long bucket, double value, boolean later) {
      if (source >= buckets.length) {
        int known = buckets.length;
        buckets = Arrays.copyOf(buckets, Math.max(source + 1, known * 2));
        values = Arrays.copyOf(values, buckets.length);
        Arrays.fill(buckets, known, buckets.length, Long.MIN_VALUE);
      }
      if (bucket > buckets[source] || bucket == buckets[source] && (later || value > values[source])) {
        buckets[source] = bucket;
        values[source] = value;
      }
    }

    DoubleStream known() {
      return IntStream.range(0, buckets.length).filter(i -> buckets[i] != Long.MIN_VALUE).mapToDouble(i -> values[i]);
    }

    void addAll(Latest other) {
      for (int i = 0; i < other.buckets.length; i++) {
        if (other.buckets[i] != Long.MIN_VALUE) {
          add(i, other.buckets[i], other.values[i], false);
        }
      }
    }
  }

  /** How the values of several generators or series become one. */
  private enum Merging {
    LATEST, SUM_OF_GENERATORS, LEAST, SUM, GREATEST;

    static Merging of(Output output) {
      return switch (output.statistic()) {
        case "" -> BuiltIn.addsUpOverInstances(output.metric()) ? SUM_OF_GENERATORS : LATEST;
        case "min" -> LEAST;
        case "count", "sum" -> SUM;
        default -> GREATEST;
      };
    }
  }

  private record Source(int generator, int series) {}

  private final Merging merging;
  private final GaugeRule rule;
  private final Map<Source, Integer> sources = new HashMap<>();
  private final OpenWindows<Latest> open = new OpenWindows<>();
  private final Latest latest = new Latest();
  private double value;
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;

  GaugeAggregation(int id, Output output, GaugeRule rule) {
    super(id, output);
    this.merging = Merging.of(output);
    this.rule = rule;
  }

  void add(long window, int generator, int series, long bucket, double last) {
    int source = switch (merging) {
      case LATEST -> 0;
      case SUM_OF_GENERATORS -> generator;
      case LEAST, SUM, GREATEST -> sources.computeIfAbsent(new Source(generator, series), _ -> sources.size());
    };
    open.at(window, Latest::new).add(source, bucket, last, !output().statistic().isEmpty());
  }

  @Override
  boolean seal(Window window) {
    Latest filled = open.take(window.index());
    if (filled != null) {
      latest.addAll(filled);
    }
    value = merged(window);
    if (filled != null) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return filled != null;
  }

  private double merged(Window window) {
    return switch (merging) {
      case LATEST, SUM_OF_GENERATORS -> sum(window);
      case SUM -> latest.known().sum();
      case LEAST -> latest.known().min().orElse(0);
      case GREATEST -> latest.known().max().orElse(0);
    };
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
