package dev.apmexport.exporter.threshold;

import java.util.regex.Pattern;

/** Texts as Go reads them, in which k6 is written: what its users may write follows from that. */
final class GoText {
  private static final String DIGITS = "[0-9](?:_?[0-9])*";
  private static final Pattern DECIMAL = Pattern
      .compile("[+-]?(?:" + DIGITS + "(?:\\.(?:" + DIGITS + ")?)?|\\." + DIGITS + ")(?:[eE][+-]?" + DIGITS + ")?");
  private static final String HEX = "[0-9a-fA-F](?:_?[0-9a-fA-F])*";
  private static final Pattern HEXADECIMAL = Pattern.compile(
      "[+-]?0[xX]_?(?:" + HEX + "(?:\\.(?:" + HEX + ")?)?|\\." + HEX + ")[pP][+-]?" + DIGITS);
  private static final Pattern NAMED = Pattern.compile("(?i)nan|[+-]?inf(?:inity)?");

  private GoText() {}

  /** {@code unicode.IsSpace}. */
  static boolean isSpace(char c) {
    return Character.isSpaceChar(c) || c >= '\t' && c <= '\r' || c == '\u0085';
  }

  /** Where a text begins after its leading spaces. */
  static int begin(String text, int from) {
    int at = from;
    while (at < text.length() && isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** {@code strings.TrimSpace}. */
  static String trimmed(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(Math.min(begin(text, 0), end), end);
  }

  /** {@code strconv.ParseFloat}; throws if the text is no number, or one that is too large for 64 bits. */
  static double number(String text) throws NumberFormatException {
    if (NAMED.matcher(text).matches()) { return named(text); }
    if (!DECIMAL.matcher(text).matches() && !HEXADECIMAL.matcher(text).matches()) {
      throw new NumberFormatException("is no number");
    }
    double number = Double.parseDouble(text.replace("_", ""));
    if (Double.isInfinite(number)) { throw new NumberFormatException("is too large"); }
    return number;
  }

  private static double named(String text) {
    if (text.equalsIgnoreCase("nan")) { return Double.NaN; }
    return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }
}
