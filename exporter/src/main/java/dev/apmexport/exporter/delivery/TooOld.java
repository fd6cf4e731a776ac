package dev.apmexport.exporter.delivery;

/** The destination would drop points of this age and say that it took them, so they are not sent. */
final class TooOld extends Exception {
  static final String REASON = "too old to be sent; the destination would drop it and say that it took it";
  private static final long serialVersionUID = 1;
}
