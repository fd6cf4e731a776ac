package dev.apmexport.worker.replay;

/** A replay was told to stop: it is cancelled, or its worker stops. */
final class Stopped extends RuntimeException {
  private static final long serialVersionUID = 1;

  Stopped() {
    super("The replay was told to stop.");
  }
}
