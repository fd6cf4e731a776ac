package dev.apmexport.exporter.threshold;

/** A threshold that k6 would refuse; the message is a sentence that says where and what would be right. */
public final class InvalidThreshold extends Exception {
  private static final long serialVersionUID = 1;
  private static final int LONGEST = 80;

  InvalidThreshold(String message) {
    super(message);
  }

  /**
   * A fault at one place of a text.
   *
   * @param from counts from 0; the message counts columns from 1
   */
  static InvalidThreshold at(String text, int from, String fault) {
    return new InvalidThreshold("In " + quoted(text) + ", column " + (from + 1) + ": " + fault);
  }

  /** A text in quotes: one line, not too long. */
  static String quoted(String text) {
    String start = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    return '"' + start.replaceAll("\\p{Cntrl}", "?") + '"';
  }
}
