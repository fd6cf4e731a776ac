package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.metric.Point;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one series up to some time: what the destination holds last, what is right last, and the few points
 * that can be decided only when it is known whether the destination holds later ones.
 */
final class Track {
  /** When the latest point stands that the destination holds; {@link Long#MIN_VALUE} while there is none. */
  long newestHeld = Long.MIN_VALUE;
  double newestValue;
  long lastRight = Long.MIN_VALUE;
  double lastRightValue;
  /** From this time on the first pass got nothing accepted. */
  long lostFrom = Long.MAX_VALUE;
  /** Whether points that follow the newest held one are to be sent, or were refused. */
  boolean continued;
  /** Wrong, and the newest held so far. */
  @Nullable
  Point changed;
  /** Missing, and after the newest held so far. */
  final MissingPoints missing = new MissingPoints();
  /** What is held and not demanded, by its time; a few points at most. */
  final TreeMap<Long, Cell> undemanded = new TreeMap<>();

  void held(long atMillis, double value) {
    newestHeld = atMillis;
    newestValue = value;
  }

  void right(long atMillis, double value) {
    lastRight = atMillis;
    lastRightValue = value;
  }

  /** A point that is held and that nothing demands can be right only as a repetition of what is right before it. */
  void undemanded(long atMillis, Cell cell) {
    cell.right = lastRight();
    undemanded.putIfAbsent(atMillis, cell);
  }

  /** The value that is right last; null while there is none. */
  @Nullable
  Double lastRight() {
    return lastRight == Long.MIN_VALUE ? null : Double.valueOf(lastRightValue);
  }
}
