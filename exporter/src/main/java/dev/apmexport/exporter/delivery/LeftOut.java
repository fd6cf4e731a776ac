package dev.apmexport.exporter.delivery;

/** What is left of a batch is not to be sent, and the message says why. */
final class LeftOut extends Exception {
  static final String TOO_OLD = "too old to be sent; the destination would drop it and say that it took it";
  private static final long serialVersionUID = 1;

  LeftOut(String reason) {
    super(reason);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
