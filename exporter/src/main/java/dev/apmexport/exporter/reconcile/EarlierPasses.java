package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What passes that amend have set at the destination before, an interrupted try of this one among them, and what they
 * have tried: a point that was refused or not acknowledged may be there all the same.
 */
final class EarlierPasses {
  private final Map<Series, TreeMap<Long, Amended>> points = new HashMap<>();
  private final Map<Series, Map<Long, Set<Double>>> tried = new HashMap<>();
  private final Map<Series, Long> endMarks = new HashMap<>();

  /** A value, and the revision of the pass that has set it. */
  record Amended(double value, int revision) {}

  EarlierPasses(LedgerState booked) {
    for (Booking booking : booked.amendments()) {
      booking.amendments().forEach(point -> tried.computeIfAbsent(point.series(), _ -> new HashMap<>())
          .computeIfAbsent(point.atMillis(), _ -> new HashSet<>()).add(point.value()));
      if (booked.isSettled(booking)) {
        booking.amendments().stream()
            .filter(point -> booked.rejection(booking.pass(), point.series().key(), point.atMillis()).isEmpty())
            .forEach(point -> remember(point, booking.pass()));
      }
    }
  }

  private void remember(Point point, int pass) {
    if (point.isEndMark()) {
      endMarks.merge(point.series(), point.atMillis(), Math::max);
    } else {
      points.computeIfAbsent(point.series(), _ -> new TreeMap<>())
          .put(point.atMillis(), new Amended(point.value(), pass));
    }
  }

  /** How many other values than this the point was given, or may have been. */
  long otherValues(Point point) {
    return tried.getOrDefault(point.series(), Map.of()).getOrDefault(point.atMillis(), Set.of()).stream()
        .filter(value -> !Reconciliation.same(value, point.value())).count();
  }

  @Nullable
  Amended at(Series series, long atMillis) {
    TreeMap<Long, Amended> known = points.get(series);
    return known == null ? null : known.get(atMillis);
  }

  /** The latest point of a series and its time. */
  @Nullable
  Entry<Long, Amended> latest(Series series) {
    TreeMap<Long, Amended> known = points.get(series);
    return known == null ? null : known.lastEntry();
  }

  /** When the latest point of a series stands; {@link Long#MIN_VALUE} if there is none. */
  long newest(Series series) {
    Entry<Long, Amended> latest = latest(series);
    return latest == null ? Long.MIN_VALUE : latest.getKey();
  }

  /** When the series was marked as ended; {@link Long#MIN_VALUE} if it was not. Nothing can come before that mark. */
  long endMark(Series series) {
    return endMarks.getOrDefault(series, Long.MIN_VALUE);
  }
}
