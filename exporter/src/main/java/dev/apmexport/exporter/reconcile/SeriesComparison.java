package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.AmendedSeries.Amended;
import org.jspecify.annotations.Nullable;

/**
 * Compares the points of a series, one after the other, with what the destination holds. A point that is right is
 * counted; one that is not is handed on to be amended, at once or as soon as it is known whether later ones are held.
 */
final class SeriesComparison {
  private final Reach reach;
  private final EarlierPasses earlier;
  private final Doubts doubts;
  private final Amending amending;
  private final Findings findings;

  SeriesComparison(Reach reach, LedgerState booked, EarlierPasses earlier, Amending amending, Findings findings) {
    this.reach = reach;
    this.earlier = earlier;
    this.doubts = new Doubts(booked);
    this.amending = amending;
    this.findings = findings;
  }

  /** The next point of a series. */
  void compare(Series series, Track track, long at, Cell cell) {
    Amended amended = earlier.at(series, at);
    Double holds = amended == null ? cell.sent : Double.valueOf(amended.value());
    if (holds != null) {
      isNotTheNewest(track);
      track.held(at, holds);
    }
    if (cell.right == null) { return; }
    findings.expected();
    track.right(at, cell.right);
    Point right = new Point(series, at, cell.right);
    long since = doubts.otherThan(right, cell.doubt);
    if (holds != null && Reconciliation.same(holds, cell.right)) {
      countRight(right, since, amended, cell.sent != null);
    } else if (reach.awaits(at, since)) {
      track.continued = true;
      amending.await(right, since);
    } else if (holds == null) {
      missing(track, right);
    } else {
      changed(track, right);
    }
  }

  /** The destination holds, or is about to be sent, something later. */
  private void isNotTheNewest(Track track) {
    track.missing.drainTo(point -> fillGap(track, point));
    Point changed = track.changed;
    if (changed != null) {
      track.changed = null;
      amending.changed(changed, true);
    }
  }

  private void countRight(Point right, long since, @Nullable Amended amended, boolean hadValue) {
    if (reach.replacesOnce() && since != Doubts.NONE) {
      findings.doubtful(right, amended, hadValue);
    } else {
      findings.right(amended, hadValue);
    }
  }

  private void missing(Track track, Point point) {
    if (reach.overwrites()) {
      append(track, point);
    } else if (isTail(track, point.atMillis())) {
      appendAll(track);
      append(track, point);
    } else {
      track.missing.add(point);
    }
  }

  private void changed(Track track, Point point) {
    if (isSpent(track, point)) {
      amending.spent(point);
    } else if (reach.overwrites()) {
      amending.changed(point, true);
    } else {
      track.changed = point;
    }
  }

  /** Whether nothing was accepted from here on but what amends. */
  private boolean isTail(Track track, long at) {
    return at >= track.lostFrom;
  }

  /**
   * Whether a receiver that takes one correction for each point may have had it. What continued its series was none.
   */
  private boolean isSpent(Track track, Point point) {
    return reach.replacesOnce() && earlier.otherValues(point) > (isTail(track, point.atMillis()) ? 1 : 0);
  }

  /** Nothing is held after the points that are missing. */
  void appendAll(Track track) {
    track.missing.drainTo(point -> append(track, point));
  }

  private void append(Track track, Point point) {
    track.continued = true;
    if (earlier.follow(point) && !reach.overwrites()) {
      fillGap(track, point);
    } else {
      amending.tail(point);
    }
  }

  private void fillGap(Track track, Point point) {
    if (isSpent(track, point)) {
      amending.spent(point);
    } else {
      amending.gap(point);
    }
  }

  /** The total at the very end is what increase() and the final value are read from: one more point sets it right. */
  void close(Series series, Track track, long step) {
    long amended = earlier.newest(series);
    Amended closing = amended > track.lastRight ? earlier.at(series, amended) : null;
    long newest = closing == null ? track.newestHeld : amended;
    double holds = closing == null ? track.newestValue : closing.value();
    if (newest == Long.MIN_VALUE || track.lastRight == Long.MIN_VALUE) { return; }
    if (!Reconciliation.same(holds, track.lastRightValue)) {
      findings.expected();
      track.continued = true;
      long at = Math.max(earlier.endMark(series), Math.max(newest, track.lastRight)) + step;
      amending.tail(new Point(series, at, track.lastRightValue));
    } else if (closing != null) {
      findings.expected();
      findings.right(closing, false);
    }
  }

  /** No receiver lets a series' newest point be changed, so that what follows it must be sent before it is. */
  void correctNewest(Track track) {
    Point changed = track.changed;
    if (changed != null) {
      track.changed = null;
      amending.changed(changed, track.continued || earlier.follow(changed));
    }
  }
}
