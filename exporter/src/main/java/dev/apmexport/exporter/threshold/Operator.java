package dev.apmexport.exporter.threshold;

/**
 * How a threshold compares. k6 splits an expression at the first of these tokens that occurs in it anywhere, tried in
 * this order ({@code operatorTokens} in its {@code metrics/thresholds_parser.go}).
 */
public enum Operator {
  AT_MOST("<="), LESS("<"), AT_LEAST(">="), GREATER(">"), STRICTLY_EQUAL("==="), EQUAL("=="), NOT_EQUAL("!=");

  private final String token;

  Operator(String token) {
    this.token = token;
  }

  public String token() {
    return token;
  }

  public boolean holds(double value, double limit) {
    return switch (this) {
      case AT_MOST -> value <= limit;
      case LESS -> value < limit;
      case AT_LEAST -> value >= limit;
      case GREATER -> value > limit;
      case STRICTLY_EQUAL, EQUAL -> value == limit;
      case NOT_EQUAL -> value != limit;
    };
  }

  /** Whether greater values change the answer once at the most; else only one value makes the difference. */
  boolean isOrder() {
    return ordinal() <= GREATER.ordinal();
  }
}
