package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.Histogram;

/**
 * A trend. Its percentiles are k6's: the value at the place p·(n − 1) of all sorted values, between two of them by
 * linear interpolation ({@code TrendSink.P} in its {@code metrics/sink.go}). Here each of the two is known by its bucket
 * only.
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
      case MIN -> Measured.exactly(values.min());
      case MAX -> Measured.exactly(values.max());
      case AVG -> average();
      case MED -> percentile(0.5);
      case PERCENTILE -> percentile(demand.percentile() / 100);
      case COUNT, RATE, VALUE -> throw new IllegalStateException("A trend does not answer " + demand.method() + ".");
    };
  }

  private Measured average() {
    Measured whole = Measured.sum(sum.value(), sum.rounded());
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
        : Measured.between(Math.max(values.min(), least - Math.abs(least) * BESIDE),
            Math.min(values.max(), most + Math.abs(most) * BESIDE));
  }

  private static double between(double one, double other, double part) {
    return one + (other - one) * part;
  }
}
