package dev.apmexport.exporter.resample;

import dev.apmexport.exporter.metric.Histogram;

/** Merges histograms; count and sum also run on from the run's start. */
public final class TrendAggregation extends Aggregation {
  private static final Histogram EMPTY = new Histogram();

  /** The late part belongs to sealed windows: it counts in the totals and in no statistic. */
  private static final class Values {
    private final Histogram histogram = new Histogram();
    private long lateCount;
    private double lateSum;
  }

  private final OpenWindows<Values> open = new OpenWindows<>();
  private Histogram window = EMPTY;
  private long count;
  private double sum;

  TrendAggregation(int id, Output output) {
    super(id, output);
  }

  void add(long window, Histogram values) {
    open.at(window, Values::new).histogram.add(values);
  }

  void addLate(long window, Histogram values) {
    Values late = open.at(window, Values::new);
    late.lateCount += values.count();
    late.lateSum += values.sum();
  }

  @Override
  boolean seal(Window sealed) {
    Values values = open.take(sealed.index());
    window = values == null ? EMPTY : values.histogram;
    if (values != null) {
      count += window.count() + values.lateCount;
      sum += window.sum() + values.lateSum;
    }
    return values != null;
  }

  /** The values of the window; empty where there was none and the statistics have no value. */
  public Histogram window() {
    return window;
  }

  /** Values since the run's start. */
  public long count() {
    return count;
  }

  /** Their sum. */
  public double sum() {
    return sum;
  }
}
