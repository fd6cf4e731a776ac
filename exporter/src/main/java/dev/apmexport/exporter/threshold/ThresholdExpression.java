package dev.apmexport.exporter.threshold;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a threshold demands, such as {@code p(95)<200}: k6's grammar ({@code metrics/thresholds_parser.go}), which takes
 * spaces around the operator and nowhere else, and a lone {@code p} for {@code p(0)}.
 *
 * @param percentile N of p(N), from 0 to 100; 0 for other methods
 */
public record ThresholdExpression(AggregationMethod method, double percentile, Operator operator, double value) {
  private static final Map<String, AggregationMethod> METHODS = Map.of("count", AggregationMethod.COUNT, "rate",
      AggregationMethod.RATE, "value", AggregationMethod.VALUE, "avg", AggregationMethod.AVG, "min",
      AggregationMethod.MIN, "max", AggregationMethod.MAX, "med", AggregationMethod.MED, "p",
      AggregationMethod.PERCENTILE);
  private static final Pattern METHOD = Pattern.compile("\\s*(?:p\\([^)]*\\)|[a-z]+)?");

  public static ThresholdExpression parse(String text) throws InvalidThreshold {
    for (Operator operator : Operator.values()) {
      int at = text.indexOf(operator.token());
      if (at >= 0) { return parse(text, at, operator); }
    }
    Matcher method = METHOD.matcher(text);
    throw InvalidThreshold.at(text, method.lookingAt() ? method.end() : 0,
        "there is no operator; an aggregation, one of <, <=, >, >=, ==, ===, != and a number are needed, as in "
            + "p(95)<200.");
  }

  private static ThresholdExpression parse(String text, int at, Operator operator) throws InvalidThreshold {
    int left = Math.min(GoText.begin(text, 0), at);
    String method = GoText.trimmed(text.substring(0, at));
    int right = GoText.begin(text, at + operator.token().length());
    AggregationMethod known = METHODS.get(method);
    double value = number(text, right, GoText.trimmed(text.substring(right)), "the limit after the operator");
    if (known != null) { return new ThresholdExpression(known, 0, operator, value); }
    if (!method.startsWith("p(") || !method.endsWith(")")) {
      throw InvalidThreshold.at(text, left, InvalidThreshold.quoted(method)
          + " is no aggregation; it must be count, rate, value, avg, min, max, med or p(N), such as p(95).");
    }
    double percentile = number(text, left + 2, method.substring(2, method.length() - 1), "the percentile");
    if (!(percentile >= 0 && percentile <= 100)) {
      throw InvalidThreshold.at(text, left + 2, "the percentile must be from 0 to 100; k6 crashes on others.");
    }
    return new ThresholdExpression(AggregationMethod.PERCENTILE, percentile, operator, value);
  }

  private static double number(String text, int from, String number, String what) throws InvalidThreshold {
    try {
      return GoText.number(number);
    } catch (NumberFormatException e) {
      throw InvalidThreshold.at(text, from, what + " must be a number such as 200, 0.95 or 1e3; "
          + InvalidThreshold.quoted(number) + " " + e.getMessage() + ".");
    }
  }
}
