package dev.apmexport.exporter.source;

/** A push that cannot be used at all; nothing of it is stored. The message is for the sender. */
public final class InvalidPush extends Exception {
  private static final long serialVersionUID = 1;

  public InvalidPush(String message) {
    super(message);
  }

  public InvalidPush(String message, Throwable cause) {
    super(message, cause);
  }
}
