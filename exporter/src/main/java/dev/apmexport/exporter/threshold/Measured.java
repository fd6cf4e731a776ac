package dev.apmexport.exporter.threshold;

/**
 * What an aggregation came to.
 *
 * @param least k6's own value is not less
 * @param value the best estimate of k6's own value
 * @param most k6's own value is not greater
 */
record Measured(double least, double value, double most) {
  /** How far rounding may carry a sum of fractions that k6 adds up in another order, of the sum of its parts. */
  private static final double ROUNDING = 1e-9;

  static Measured exactly(double value) {
    return new Measured(value, value, value);
  }

  static Measured between(double one, double other) {
    double least = Math.min(one, other);
    double most = Math.max(one, other);
    return new Measured(least, least == most ? least : least + (most - least) / 2, most);
  }

  /** @param parts of the sum, all taken as positive; 0 if the sum is exact whatever its order */
  static Measured sum(double sum, double parts) {
    return new Measured(sum - parts * ROUNDING, sum, sum + parts * ROUNDING);
  }

  /** Whether the demand holds or fails for all values that it can be. */
  boolean decides(ThresholdExpression demand) {
    Operator operator = demand.operator();
    if (operator.isOrder()) { return operator.holds(least, demand.value()) == operator.holds(most, demand.value()); }
    return least == most || !(demand.value() >= least && demand.value() <= most);
  }
}
