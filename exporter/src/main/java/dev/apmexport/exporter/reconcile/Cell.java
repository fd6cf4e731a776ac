package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.reconcile.Doubts.Doubt;
import org.jspecify.annotations.Nullable;

/** One point of one series, as both passes have it; what a pass has not is null. */
final class Cell {
  /** What the destination accepted in the first pass. */
  @Nullable
  Double sent;
  /** What the complete log demands. */
  @Nullable
  Double right;
  /** What the first pass left without an answer. */
  @Nullable
  Doubt doubt;
}
