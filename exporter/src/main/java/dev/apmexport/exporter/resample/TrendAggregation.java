package dev.apmexport.exporter.resample;

import dev.apmexport.exporter.metric.Histogram;
import org.jspecify.annotations.Nullable;

/** Merges histograms; count and sum also run on from the run's start. */
public final class TrendAggregation extends Aggregation {
  private static final Histogram EMPTY = new Histogram();

  /** The late part belongs to sealed windows: it counts in the totals and in no statistic. */
  private static final class Values {
    private final Histogram histogram = new Histogram();
    private @Nullable Histogram late;
  }

  private final OpenWindows<Values> open = new OpenWindows<>();
  private Histogram window = EMPTY;
  private final @Nullable Histogram all;
  private long count;
  private double sum;

  /** @param sinceStart whether to keep the values since the run's start as well */
  TrendAggregation(int id, Output output, boolean sinceStart) {
    super(id, output);
    this.all = sinceStart ? new Histogram() : null;
  }

  void add(long window, Histogram values) {
    open.at(window, Values::new).histogram.add(values);
  }

  void addLate(long window, Histogram values) {
    Values to = open.at(window, Values::new);
    if (to.late == null) {
      to.late = new Histogram();
    }
    to.late.add(values);
  }

  @Override
  boolean seal(Window sealed) {
    Values values = open.take(sealed.index());
    window = values == null ? EMPTY : values.histogram;
    if (values != null) {
      total(window);
      if (values.late != null) {
        total(values.late);
      }
    }
    return values != null;
  }

  private void total(Histogram values) {
    count += values.count();
    sum += values.sum();
    if (all != null) {
      all.add(values);
    }
  }

  /** The values of the window; empty where there was none and the statistics have no value. */
  public Histogram window() {
    return window;
  }

  /** The values since the run's start, where the export wants them. */
  public Histogram sinceStart() {
    if (all == null) { throw new IllegalStateException("The values since the run's start are not kept."); }
    return all;
  }

  /** How many values there were since the run's start. */
  public long count() {
    return count;
  }

  /** Their sum. */
  public double sum() {
    return sum;
  }
}
