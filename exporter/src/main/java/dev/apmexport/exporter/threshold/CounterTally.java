package dev.apmexport.exporter.threshold;

/** A counter: the sum of all that was added, and that per second of the run. */
final class CounterTally extends Tally {
  private final ExactSum sum = new ExactSum();

  void add(double part) {
    sum.add(part);
  }

  @Override
  Measured measured(ThresholdExpression demand, RunDuration duration) {
    double count = sum.value();
    return demand.method() == AggregationMethod.RATE && count != 0 ? perSecond(count, duration.seconds())
        : Measured.sum(count, sum.rounded());
  }

  private static Measured perSecond(double count, Measured seconds) {
    double one = count / seconds.most();
    double other = count / seconds.least();
    return new Measured(Math.min(one, other), count / seconds.value(), Math.max(one, other));
  }
}
