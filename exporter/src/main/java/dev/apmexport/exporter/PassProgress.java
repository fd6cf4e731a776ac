package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Progress;
import org.jspecify.annotations.Nullable;

/** How far a pass over an ended run is; read by whoever reports. */
public final class PassProgress {
  private final Progress delivered = new Progress();
  private volatile long steps;

  void steps(long all) {
    steps = all;
  }

  Progress delivered() {
    return delivered;
  }

  /** How many batches there are in all; 0 while that is not known. */
  public long steps() {
    return steps;
  }

  /** Batches that are settled, those that were before the pass was resumed among them. */
  public long stepsDone() {
    return delivered.steps();
  }

  /** Points the destination took. */
  public long sent() {
    return delivered.accepted();
  }

  public long refused() {
    return delivered.rejected();
  }

  /** The destination's latest failure in its own words, or null if there was none. */
  public @Nullable String lastError() {
    return delivered.lastError();
  }
}
