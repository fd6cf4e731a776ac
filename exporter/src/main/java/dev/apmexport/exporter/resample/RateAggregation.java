package dev.apmexport.exporter.resample;

/** Counts samples, and those that are not zero. */
public final class RateAggregation extends Aggregation {
  private static final class Counts {
    private long nonzero;
    private long total;
  }

  private final OpenWindows<Counts> open = new OpenWindows<>();
  private long nonzero;
  private long total;

  RateAggregation(int id, Output output) {
    super(id, output);
  }

  void add(long window, long nonzero, long total) {
    Counts counts = open.at(window, Counts::new);
    counts.nonzero += nonzero;
    counts.total += total;
  }

  @Override
  boolean seal(Window window) {
    Counts counts = open.take(window.index());
    nonzero = counts == null ? 0 : counts.nonzero;
    total = counts == null ? 0 : counts.total;
    return total > 0;
  }

  /** Samples of the window that are not zero. */
  public long nonzero() {
    return nonzero;
  }

  /** Samples of the window; 0 where there was none and the ratio has no value. */
  public long total() {
    return total;
  }
}
