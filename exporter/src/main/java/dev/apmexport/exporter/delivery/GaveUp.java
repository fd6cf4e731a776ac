package dev.apmexport.exporter.delivery;

/** The time an ended run's export may take is over; what is left stays pending. */
final class GaveUp extends Exception {
  private static final long serialVersionUID = 1;

  GaveUp(String lastReason) {
    super(lastReason);
  }
}
