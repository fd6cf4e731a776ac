package dev.apmexport.exporter.threshold;

/** What the samples of one metric or submetric amount to. The same in whatever order they come. */
abstract sealed class Tally permits CounterTally, GaugeTally, RateTally, TrendTally {

  /** What the aggregation of the demand comes to; there have been samples, and the metric answers such a demand. */
  abstract Measured measured(ThresholdExpression demand, RunDuration duration);

  /** Whether there has been nothing to aggregate. */
  boolean isEmpty() {
    return false;
  }
}
