package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.AmendedSeries.Amended;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What passes that amend have set at the destination before, an interrupted try of this one among them, and what they
 * have tried: a point that was refused or not acknowledged may be there all the same.
 */
final class EarlierPasses {
  private static final AmendedSeries NOTHING = new AmendedSeries();

  private final Map<Series, AmendedSeries> amended = new HashMap<>();
  private final Map<Series, Long> endMarks = new HashMap<>();

  EarlierPasses(LedgerState booked) {
    for (Booking booking : booked.amendments()) {
      boolean settled = booked.isSettled(booking);
      for (Point point : booking.amendments()) {
        boolean holds = settled
            && booked.rejection(booking.pass(), point.series().key(), point.atMillis()).isEmpty();
        remember(point, booking.pass(), holds);
      }
    }
  }

  private void remember(Point point, int pass, boolean holds) {
    boolean sets = holds && !point.isEndMark();
    amended.computeIfAbsent(point.series(), _ -> new AmendedSeries())
        .tried(point.atMillis(), point.value(), pass, sets);
    if (holds && point.isEndMark()) {
      endMarks.merge(point.series(), point.atMillis(), Math::max);
    }
  }

  private AmendedSeries of(Series series) {
    return amended.getOrDefault(series, NOTHING);
  }

  /** How many other values than this the point was given, or may have been. */
  long otherValues(Point point) {
    return of(point.series()).otherValues(point.atMillis(), point.value());
  }

  @Nullable
  Amended at(Series series, long atMillis) {
    return of(series).at(atMillis);
  }

  /** Hands out the times after the one and before the other at which something stands; some may come more than once. */
  void between(Series series, long after, long before, LongConsumer out) {
    of(series).between(after, before, out);
  }

  /** When the latest point of a series stands; {@link Long#MIN_VALUE} if there is none. */
  long newest(Series series) {
    return of(series).newest();
  }

  /** Whether its series goes on, or was marked as ended, after a point: then it can be no continuation. */
  boolean follow(Point point) {
    return point.atMillis() < Math.max(newest(point.series()), endMark(point.series()));
  }

  /** When the series was marked as ended; {@link Long#MIN_VALUE} if it was not. */
  long endMark(Series series) {
    return endMarks.getOrDefault(series, Long.MIN_VALUE);
  }
}
