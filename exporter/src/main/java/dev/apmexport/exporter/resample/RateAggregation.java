package dev.apmexport.exporter.resample;

/** Counts samples, and those that are not zero. */
public final class RateAggregation extends Aggregation {
  private static final class Counts {
    private long nonzero;
    private long total;
    private long lateNonzero;
    private long lateTotal;
  }

  private final OpenWindows<Counts> open = new OpenWindows<>();
  private long nonzero;
  private long total;
  private long allNonzero;
  private long allTotal;

  RateAggregation(int id, Output output) {
    super(id, output);
  }

  void add(long window, long nonzero, long total) {
    Counts counts = open.at(window, Counts::new);
    counts.nonzero += nonzero;
    counts.total += total;
  }

  /** What belongs to a sealed window counts in what runs on from the run's start and in no window's ratio. */
  void addLate(long window, long nonzero, long total) {
    Counts counts = open.at(window, Counts::new);
    counts.lateNonzero += nonzero;
    counts.lateTotal += total;
  }

  @Override
  boolean seal(Window window) {
    Counts counts = open.take(window.index());
    nonzero = counts == null ? 0 : counts.nonzero;
    total = counts == null ? 0 : counts.total;
    if (counts != null) {
      allNonzero += counts.nonzero + counts.lateNonzero;
      allTotal += counts.total + counts.lateTotal;
    }
    return counts != null;
  }

  /** Samples of the window that are not zero. */
  public long nonzero() {
    return nonzero;
  }

  /** Samples of the window; 0 where there was none and the ratio has no value. */
  public long total() {
    return total;
  }

  /** Samples since the run's start that are not zero. */
  public long nonzeroSinceStart() {
    return allNonzero;
  }

  /** Samples since the run's start. */
  public long totalSinceStart() {
    return allTotal;
  }
}
