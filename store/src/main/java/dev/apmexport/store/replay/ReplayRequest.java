package dev.apmexport.store.replay;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is wanted of a run.
 *
 * @param exportIndex which of the run's exports; null for all that are enabled
 * @param fromMillis the first time of a point; null for the run's beginning
 * @param toMillis the first time after the last point; null for the run's end
 * @param destination an apm block, if the points shall go elsewhere than the export's own went
 * @param dryRun only to tell what would be sent
 */
public record ReplayRequest(Mode mode, @Nullable Integer exportIndex, @Nullable Long fromMillis,
    @Nullable Long toMillis, @Nullable ObjectNode destination, boolean dryRun) {

  /** Which points. */
  public enum Mode {
    /** Those that the ledger does not show as accepted with the right value. */
    DIFFERENCE,
    /** All, whatever was accepted before. */
    EVERYTHING;

    @Override
    public String toString() {
      return this == DIFFERENCE ? "difference" : "everything";
    }
  }

  boolean isWhole() {
    return fromMillis == null && toMillis == null;
  }
}
