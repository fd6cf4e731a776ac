package dev.apmexport.exporter.select;

/** A selector that cannot be parsed; the message says what was expected, the column where (from 1). */
public final class SelectorSyntaxException extends Exception {
  private static final long serialVersionUID = 1;
  private final int column;

  SelectorSyntaxException(int column, String message) {
    super("column " + column + ": " + message);
    this.column = column;
  }

  public int column() {
    return column;
  }
}
