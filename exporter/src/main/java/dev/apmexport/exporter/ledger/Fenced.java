package dev.apmexport.exporter.ledger;

/** Another worker has taken the export over; whoever gets this stops at once and sends nothing more. */
public final class Fenced extends RuntimeException {
  private static final long serialVersionUID = 1;

  public Fenced(String message) {
    super(message);
  }
}
