package dev.apmexport.exporter.select;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/** A user's regular expression: RE2's, and small, and nothing on which RE2/J never ends. */
final class Regex {
  /** A value of 2,000 characters is matched against that many instructions in some 50 ms at the very worst. */
  private static final int LARGEST = 2_000;
  /** What may switch the case of letters off; that it may do so without doing so does no harm. */
  private static final java.util.regex.Pattern ANY_CASE = java.util.regex.Pattern.compile("\\(\\?[a-zA-Z-]*i");
  /**
   * U+1C80 to U+1C88 are lower case forms of letters that have another. RE2/J 1.8, whose table of letters is older than
   * Java's, goes round in circles for ever when it looks for their upper case; so it does for a range that holds them.
   */
  private static final java.util.regex.Pattern CIRCLE = java.util.regex.Pattern
      .compile("[\\x{1C80}-\\x{1C88}]|-[\\x{1C80}-\\x{10FFFF}]|\\\\x\\{0*(1C[8-F]|1[D-F].|[2-9A-F]...|[0-9A-F]{5,}).?}",
          java.util.regex.Pattern.CASE_INSENSITIVE);

  private Regex() {}

  /** Throws where the expression cannot be used; its description follows the words "the regular expression". */
  static Pattern compile(String regex) {
    if (RegexSize.of(regex) > LARGEST) {
      throw new PatternSyntaxException("repeats too much; its counts multiply to more than " + LARGEST + " characters",
          regex);
    }
    if (ANY_CASE.matcher(regex).find() && CIRCLE.matcher(regex).find()) {
      throw new PatternSyntaxException(
          "takes letters of any case, (?i), and holds a letter or range beyond U+1C7F, for "
              + "which that cannot be done",
          regex);
    }
    try {
      return Pattern.compile(regex, Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new PatternSyntaxException("is not RE2 syntax: " + e.getDescription(), regex);
    }
  }
}
