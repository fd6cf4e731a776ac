package dev.apmexport.exporter.select;

import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;

/** A parser by hand, since its errors name the column and what was expected there. */
final class SelectorParser {
  private static final int LONGEST = 2_000;
  private final String text;
  private int at;

  SelectorParser(String text) {
    this.text = text;
  }

  Selector parse() throws SelectorSyntaxException {
    if (text.length() > LONGEST) {
      throw mistake(LONGEST, "a selector may have " + LONGEST + " characters, and this has " + text.length());
    }
    space();
    String metric = name("a metric name, as in http_reqs{status=\"500\"}");
    space();
    List<Matcher> matchers = new ArrayList<>();
    if (take('{')) {
      space();
      while (!take('}')) {
        matchers.add(matcher());
        separator();
      }
    }
    space();
    if (at < text.length()) { throw expected("the end"); }
    return new Selector(metric, List.copyOf(matchers));
  }

  /** A comma may stand before the closing brace, as in PromQL. */
  private void separator() throws SelectorSyntaxException {
    space();
    if (!take(',') && (at == text.length() || text.charAt(at) != '}')) { throw expected("\",\" or \"}\""); }
    space();
  }

  private Matcher matcher() throws SelectorSyntaxException {
    int start = at;
    String label = name("a label name");
    if (label.equals("__name__")) { throw mistake(start, "the metric's name goes before the brace, not into it"); }
    space();
    Matcher.Operator operator = operator();
    space();
    start = at;
    String value = quoted();
    try {
      return new Matcher(label, operator, value);
    } catch (PatternSyntaxException e) {
      throw mistake(start, "the regular expression " + e.getDescription());
    }
  }

  private Matcher.Operator operator() throws SelectorSyntaxException {
    if (take('=')) { return take('~') ? Matcher.Operator.MATCHES : Matcher.Operator.EQUAL; }
    if (take('!')) {
      if (take('=')) { return Matcher.Operator.NOT_EQUAL; }
      if (take('~')) { return Matcher.Operator.MATCHES_NOT; }
    }
    throw expected("one of = != =~ !~");
  }

  private String name(String what) throws SelectorSyntaxException {
    int from = at;
    while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || "_:.-".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    if (at == from) { throw expected(what); }
    return text.substring(from, at);
  }

  private String quoted() throws SelectorSyntaxException {
    if (at == text.length() || "\"'`".indexOf(text.charAt(at)) < 0) { throw expected("a value in quotes"); }
    int open = at;
    char quote = text.charAt(at++);
    StringBuilder value = new StringBuilder();
    while (!take(quote)) {
      if (at == text.length()) { throw mistake(open, "the quoted value has no end"); }
      char next = text.charAt(at++);
      value.appendCodePoint(next == '\\' && quote != '`' ? escaped() : next);
    }
    return value.toString();
  }

  private int escaped() throws SelectorSyntaxException {
    char next = at < text.length() ? text.charAt(at++) : ' ';
    return switch (next) {
      case 'a' -> 7;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 11;
      case '\\', '"', '\'' -> next;
      case 'x' -> numbered(at, 2, 16);
      case 'u' -> numbered(at, 4, 16);
      case 'U' -> numbered(at, 8, 16);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> numbered(at - 1, 3, 8);
      default -> throw unknownEscape();
    };
  }

  /** A character by its number of so many digits, as in Go. */
  private int numbered(int from, int digits, int radix) throws SelectorSyntaxException {
    long codePoint = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = i < text.length() ? Character.digit(text.charAt(i), radix) : -1;
      if (digit < 0) { throw unknownEscape(); }
      codePoint = codePoint * radix + digit;
    }
    if (codePoint > Character.MAX_CODE_POINT) { throw unknownEscape(); }
    at = from + digits;
    return (int) codePoint;
  }

  private SelectorSyntaxException unknownEscape() {
    return mistake(at - 2, "unknown escape; a backslash of a regular expression is written \\\\");
  }

  private boolean take(char wanted) {
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void space() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private SelectorSyntaxException expected(String what) {
    String found = at < text.length() ? "found \"" + Character.toString(text.codePointAt(at)) + "\"" : "the text ends";
    return mistake(at, "expected " + what + ", " + found);
  }

  /** People count characters, not UTF-16 units. */
  private SelectorSyntaxException mistake(int index, String message) {
    return new SelectorSyntaxException(text.codePointCount(0, index) + 1, message);
  }
}
