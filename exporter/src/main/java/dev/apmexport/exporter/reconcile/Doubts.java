package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What requests held that nobody has seen answered: it may be there unnoticed, and it may still arrive. */
final class Doubts {
  /** There is none. */
  static final long NONE = Long.MIN_VALUE;

  private final Map<Series, Map<Long, List<Doubt>>> ofAmendments = new HashMap<>();

  /** A value, and when the last request with it was given up. */
  record Doubt(double value, long sinceMillis) {}

  /** Those of the passes that amend. */
  Doubts(LedgerState booked) {
    for (Booking booking : booked.amendments()) {
      booked.doubtfulSince(booking.pass(), booking.shard(), booking.step())
          .ifPresent(since -> booking.amendments().forEach(point -> remember(point, since)));
    }
  }

  private void remember(Point point, long since) {
    if (!point.isEndMark()) {
      ofAmendments.computeIfAbsent(point.series(), _ -> new HashMap<>())
          .computeIfAbsent(point.atMillis(), _ -> new ArrayList<>(1)).add(new Doubt(point.value(), since));
    }
  }

  /**
   * When the last request was given up that had another value for a point than this; {@link #NONE} if there was none.
   *
   * @param first what the first pass has left in doubt
   */
  long otherThan(Point right, @Nullable Doubt first) {
    List<Doubt> amended = ofAmendments.getOrDefault(right.series(), Map.of()).getOrDefault(right.atMillis(), List.of());
    long since = first == null ? NONE : since(first, right);
    for (Doubt doubt : amended) {
      since = Math.max(since, since(doubt, right));
    }
    return since;
  }

  private static long since(Doubt doubt, Point right) {
    return Reconciliation.same(doubt.value, right.value()) ? NONE : doubt.sinceMillis;
  }
}
