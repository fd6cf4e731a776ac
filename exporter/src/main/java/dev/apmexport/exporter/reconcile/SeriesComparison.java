package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.AmendedSeries.Amended;
import java.util.List;
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
  private List<SentBefore> before = List.of();

  SeriesComparison(Reach reach, LedgerState booked, EarlierPasses earlier, Amending amending, Findings findings) {
    this.reach = reach;
    this.earlier = earlier;
    this.doubts = new Doubts(booked);
    this.amending = amending;
    this.findings = findings;
  }

  /** From now on what others have sent before counts. */
  void after(List<SentBefore> others) {
    before = others;
  }

  /** The next point of a series. */
  void compare(Series series, Track track, long at, Cell cell) {
    Amended amended = earlier.at(series, at);
    Double holds = amended == null ? cell.sent : Double.valueOf(amended.value());
    if (holds != null) {
      isNotTheNewest(track);
      track.held(at, holds);
    }
    if (cell.right == null) {
      if (holds != null) {
        track.undemanded(at, cell);
      }
      return;
    }
    earlier.between(series, track.lastRight, at, time -> track.undemanded(time, new Cell()));
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
    if (before.stream().anyMatch(other -> other.mayBeOtherThan(right))) {
      findings.doubtful(right, amended, hadValue, SentBefore.WHY);
    } else if (!reach.overwrites() && since != Doubts.NONE) {
      findings.doubtful(right, amended, hadValue, reach.whyDoubtful());
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

  /**
   * No destination takes a point back. So one that nothing demands, since data came after it was sent, is right only if
   * it says what is right before it or, where nothing is, at the end.
   */
  void compareUndemanded(Series series, Track track) {
    earlier.between(series, track.lastRight, Long.MAX_VALUE, at -> track.undemanded(at, new Cell()));
    track.undemanded.forEach((at, cell) -> {
      cell.right = cell.right == null ? track.lastRight() : cell.right;
      findings.expected();
      if (cell.right == null) {
        amending.pointless(series, at);
      } else {
        compareUndemanded(track, new Point(series, at, cell.right), cell);
      }
    });
  }

  private void compareUndemanded(Track track, Point right, Cell cell) {
    long at = right.atMillis();
    Amended amended = earlier.at(right.series(), at);
    Double holds = amended == null ? cell.sent : Double.valueOf(amended.value());
    long since = doubts.otherThan(right, cell.doubt);
    if (holds != null && Reconciliation.same(holds, right.value())) {
      countRight(right, since, amended, cell.sent != null || at < track.lastRight);
    } else if (reach.awaits(at, since)) {
      amending.await(right, since);
    } else if (isSpent(track, right)) {
      amending.spent(right);
    } else {
      boolean isOlder = at < Math.max(track.newestHeld, track.lastRight) || earlier.follow(right);
      amending.overtaken(right, track.continued || isOlder);
    }
  }
}
