package dev.apmexport.exporter.delivery;

/** The step that a lane is sending, and what the ledger is told of it. */
final class InHand {
  /** No request leaves later than this after the ledger said that the export is ours. */
  private static final long HELD_FOR_MILLIS = 5_000;

  private final Step step;
  private final Delivery.Means means;
  private long heldAt;

  InHand(Step step, Delivery.Means means) {
    this.step = step;
    this.means = means;
  }

  /** Throws {@link dev.apmexport.exporter.ledger.Fenced} if the export is no longer ours. */
  void book() {
    long asked = means.time().millis(); // which may itself take long, so it counts from its beginning
    means.ledger().book(step.booking());
    heldAt = asked;
  }

  /** A worker that stood still or waited long may have lost the export; what it sent then could spoil a correction. */
  void holdOn() {
    while (means.time().millis() - heldAt > HELD_FOR_MILLIS) {
      book();
    }
  }

  /** Notes that something was sent of which nobody knows what becomes of it. */
  void mayArriveYet() {
    means.ledger().doubtful(step.pass(), step.shard(), step.number(), means.time().millis());
  }
}
