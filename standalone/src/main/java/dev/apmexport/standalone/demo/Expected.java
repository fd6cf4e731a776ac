package dev.apmexport.standalone.demo;

import java.util.List;

/** The value a point has to have. Doubles are equal here if they differ by no more than 1e-9 of the greater one. */
public sealed interface Expected {
  double TOLERANCE = 1e-9;

  boolean matches(double actual);

  /** This value and no other. */
  record Exact(double value) implements Expected {
    @Override
    public boolean matches(double actual) {
      return same(value, actual);
    }

    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  /** Any of these: which of the samples of one bucket k6 added last cannot be told from their times. */
  record OneOf(List<Double> values) implements Expected {
    public OneOf {
      values = List.copyOf(values);
    }

    @Override
    public boolean matches(double actual) {
      return values.stream().anyMatch(value -> same(value, actual));
    }

    @Override
    public String toString() {
      return "one of " + values;
    }
  }

  /** A quantile: k6 sends no values but a histogram, so anything within the bucket of the exact value is right. */
  record Quantile(double exact, double lower, double upper) implements Expected {
    @Override
    public boolean matches(double actual) {
      return (lower <= actual && actual <= upper) || same(lower, actual) || same(upper, actual);
    }

    @Override
    public String toString() {
      return exact + " (" + lower + " to " + upper + ")";
    }
  }

  private static boolean same(double expected, double actual) {
    return expected == actual
        || Math.abs(expected - actual) <= TOLERANCE * Math.max(Math.abs(expected), Math.abs(actual));
  }
}
