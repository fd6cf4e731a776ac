package dev.apmexport.exporter.threshold;

/** A rate: how many of all values were not zero. */
final class RateTally extends Tally {
  private long nonzero;
  private long total;

  void add(long nonzero, long total) {
    this.nonzero += nonzero;
    this.total += total;
  }

  @Override
  boolean isEmpty() {
    return total == 0;
  }

  @Override
  Measured measured(ThresholdExpression demand, RunDuration duration) {
    return Measured.exactly((double) nonzero / total);
  }
}
