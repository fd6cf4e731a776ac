package dev.apmexport.exporter.select;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How large a regular expression becomes when it is compiled, where every repetition is a copy: a few characters such
 * as {@code ((a{100}){100}){100}} can ask for gigabytes. The number is never too small by more than a constant factor;
 * it may be too large.
 */
final class RegexSize {
  /** Only switches flags: a count after it is one of what stands before it. */
  private static final Pattern FLAGS = Pattern.compile("\\(\\?[a-zA-Z-]*\\)");
  private static final Pattern COUNTS = Pattern.compile("\\{(\\d{1,4})(,?)(\\d{0,4})}");

  private final String regex;
  private final Deque<Double> outer = new ArrayDeque<>();
  private final Matcher flags;
  private final Matcher counts;
  private int at;
  private double sum = 1;
  private double last = 1;

  private RegexSize(String regex) {
    this.regex = regex;
    this.flags = FLAGS.matcher(regex);
    this.counts = COUNTS.matcher(regex);
  }

  /** Instructions, about. */
  static double of(String regex) {
    RegexSize size = new RegexSize(regex);
    while (size.at < regex.length()) {
      size.step(regex.charAt(size.at++));
    }
    while (!size.outer.isEmpty()) {
      size.close();
    }
    return size.sum;
  }

  private void step(char c) {
    switch (c) {
      case '(' -> open();
      case ')' -> close();
      case '[' -> atom(endOfClass());
      case '\\' -> escape();
      case '{' -> repetition();
      default -> atom(at);
    }
  }

  private void atom(int end) {
    at = end;
    last = 1;
    sum++;
  }

  private void open() {
    if (flags.region(at - 1, regex.length()).lookingAt()) {
      at = flags.end();
    } else {
      outer.push(sum);
      sum = 1;
    }
  }

  private void close() {
    if (!outer.isEmpty()) {
      last = sum + 1;
      sum = outer.pop() + last;
    }
  }

  private void repetition() {
    if (!counts.region(at - 1, regex.length()).lookingAt()) {
      atom(at);
      return;
    }
    at = counts.end();
    String most = counts.group(counts.group(3).isEmpty() ? 1 : 3);
    int copies = Math.max(1, Integer.parseInt(most) + (counts.group(2).isEmpty() ? 0 : 1));
    sum += last * (copies - 1);
    last *= copies;
  }

  /** A class such as {@code \p{Greek}} is one character to the expression; between \Q and \E nothing else counts. */
  private void escape() {
    char kind = at < regex.length() ? regex.charAt(at) : ' ';
    if (kind == 'Q') {
      int end = regex.indexOf("\\E", at);
      sum += regex.length();
      atom(end < 0 ? regex.length() : end + 2);
    } else if ("pPx".indexOf(kind) >= 0 && regex.startsWith("{", at + 1)) {
      int end = regex.indexOf('}', at);
      atom(end < 0 ? regex.length() : end + 1);
    } else {
      atom(at + 1);
    }
  }

  /** A bracket that comes first is one of the class. */
  private int endOfClass() {
    int i = regex.startsWith("^", at) ? at + 1 : at;
    for (boolean first = true; i < regex.length(); first = false) {
      if (regex.charAt(i) == ']' && !first) { return i + 1; }
      i = endOfElement(i);
    }
    return regex.length();
  }

  /** One of a class: {@code [:name:]}, a character, or a range of two, whose end may be a bracket. */
  private int endOfElement(int from) {
    int name = regex.startsWith("[:", from) ? regex.indexOf(":]", from + 2) : -1;
    if (name >= 0) { return name + 2; }
    int end = endOfCharacter(from);
    boolean range = !isClass(from) && regex.startsWith("-", end) && end + 1 < regex.length()
        && regex.charAt(end + 1) != ']';
    return range ? endOfCharacter(end + 1) : end;
  }

  private int endOfCharacter(int from) {
    if (regex.charAt(from) != '\\') { return from + 1; }
    if (!regex.startsWith("p", from + 1) && !regex.startsWith("P", from + 1)) { return from + 2; }
    int end = regex.startsWith("{", from + 2) ? regex.indexOf('}', from) : from + 2;
    return end < 0 ? regex.length() : end + 1;
  }

  private boolean isClass(int from) {
    return regex.charAt(from) == '\\' && from + 1 < regex.length() && "dDsSwWpP".indexOf(regex.charAt(from + 1)) >= 0;
  }
}
