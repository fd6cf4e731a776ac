package dev.apmexport.exporter.select;

import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;

/** A parser by hand, since its errors name the column and what was expected there. */
final class SelectorParser {
  private final String text;
  private int at;

  SelectorParser(String text) {
    this.text = text;
  }

  Selector parse() throws SelectorSyntaxException {
    space();
    String metric = name("a metric name");
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
    String label = name("a label name");
    space();
    Matcher.Operator operator = operator();
    space();
    int column = at + 1;
    String value = quoted();
    try {
      return new Matcher(label, operator, value);
    } catch (PatternSyntaxException e) {
      throw new SelectorSyntaxException(column, "the regular expression is not RE2 syntax: " + e.getDescription());
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
      if (at == text.length()) { throw new SelectorSyntaxException(open + 1, "the quoted value has no end"); }
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
    try {
      int codePoint = Integer.parseInt(text, from, Math.min(text.length(), from + digits), radix);
      if (from + digits <= text.length() && Character.isValidCodePoint(codePoint)) {
        at = from + digits;
        return codePoint;
      }
    } catch (NumberFormatException e) {
      // falls through to the sentence that says what would be right
    }
    throw unknownEscape();
  }

  private SelectorSyntaxException unknownEscape() {
    return new SelectorSyntaxException(at - 1, "unknown escape; a backslash of a regular expression is written \\\\");
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
    String found = at < text.length() ? "found \"" + text.charAt(at) + "\"" : "the text ends";
    return new SelectorSyntaxException(at + 1, "expected " + what + ", " + found);
  }
}
