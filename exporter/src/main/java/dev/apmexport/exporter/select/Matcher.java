package dev.apmexport.exporter.select;

import com.google.re2j.Pattern;
import dev.apmexport.exporter.metric.Labels;
import org.jspecify.annotations.Nullable;

/**
 * One condition of a selector on one label. An absent label equals the empty string; regexes are anchored at both ends.
 */
public final class Matcher {
  /** PromQL's four operators. */
  public enum Operator {
    EQUAL("="), NOT_EQUAL("!="), MATCHES("=~"), MATCHES_NOT("!~");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    boolean isRegex() {
      return this == MATCHES || this == MATCHES_NOT;
    }
  }

  private final String label;
  private final Operator operator;
  private final String value;
  private final @Nullable Pattern pattern;

  /** Throws {@link com.google.re2j.PatternSyntaxException} where a regex cannot be used. */
  Matcher(String label, Operator operator, String value) {
    this.label = label;
    this.operator = operator;
    this.value = value;
    this.pattern = operator.isRegex() ? Regex.compile(value) : null;
  }

  boolean matches(Labels labels) {
    String actual = labels.get(label);
    boolean found = pattern == null ? actual.equals(value) : pattern.matches(actual);
    return found == (operator == Operator.EQUAL || operator == Operator.MATCHES);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Matcher that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public String toString() {
    return label + operator.sign + '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
