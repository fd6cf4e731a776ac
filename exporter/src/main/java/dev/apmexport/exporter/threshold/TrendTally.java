package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.Histogram;

/**
 * A trend. Its percentiles are k6's: the value at the place p·(n − 1) of all sorted values, between two of them by
 * linear interpolation ({@code TrendSink.P} in its {@code metrics/sink.go}). Here each of the two is known by its bucket
 * only, and where the sender had put it into a bucket of its own before, by that.
 */
final class TrendTally extends Tally {
  /** k6 computes a value's bucket in floating point, and may be beside a bound by that much of it. */
  private static final double BESIDE = 1e-12;

  private final Histogram values = new Histogram();
  private final ExactSum sum = new ExactSum();

  void add(Histogram more) {
    values.add(more);
    sum.add(more.sum());
  }

  @Override
  boolean isEmpty() {
    return values.isEmpty();
  }

  @Override
  Measured measured(ThresholdExpression demand, RunDuration duration) {
    return switch (demand.method()) {
      case MIN -> extreme(0, values.min());
      case MAX -> extreme(values.count() - 1, values.max());
      case AVG -> average();
      case MED -> percentile(0.5);
      case PERCENTILE -> percentile(demand.percentile() / 100);
      case COUNT, RATE, VALUE -> throw new IllegalStateException("A trend does not answer " + demand.method() + ".");
    };
  }

  private Measured extreme(long rank, double value) {
    return values.isExact() ? Measured.exactly(value)
        : new Measured(below(values.atLeast(rank)), value, above(values.atMost(rank)));
  }

  private Measured average() {
    Measured whole = Measured.sum(sum.value(), values.isExact() ? sum.rounded() : sum.parts());
    long n = values.count();
    return new Measured(whole.least() / n, whole.value() / n, whole.most() / n);
  }

  private Measured percentile(double p) {
    double place = p * (values.count() - 1);
    long below = (long) Math.floor(place);
    long above = (long) Math.ceil(place);
    double part = place - below;
    double least = between(values.atLeast(below), values.atLeast(above), part);
    double most = between(values.atMost(below), values.atMost(above), part);
    return least == most ? Measured.exactly(least)
        : Measured.between(Math.max(extreme(0, values.min()).least(), below(least)),
            Math.min(extreme(values.count() - 1, values.max()).most(), above(most)));
  }

  private static double below(double value) {
    return value - Math.abs(value) * BESIDE;
  }

  private static double above(double value) {
    return value + Math.abs(value) * BESIDE;
  }

  private static double between(double one, double other, double part) {
    return one + (other - one) * part;
  }
}
