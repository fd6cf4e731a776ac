package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.reconcile.AmendedSeries.Amended;
import org.jspecify.annotations.Nullable;

/** Counts the points that are demanded, and those that the destination holds as they should be; apart, where it may not. */
final class Findings {
  private final int revision;
  private long expected;
  private final Counts certain = new Counts();
  /** Right by what was answered, and maybe not by what was not. */
  private final Counts doubted = new Counts();
  private final Refusals doubtedPoints = new Refusals();

  Findings(int revision) {
    this.revision = revision;
  }

  /** One more point is demanded. */
  void expected() {
    expected++;
  }

  /**
   * The destination holds a point as it should be.
   *
   * @param amended what was set there after the first pass; null if nothing was
   * @param hadValue whether the first pass had set something
   */
  void right(@Nullable Amended amended, boolean hadValue) {
    count(certain, amended, hadValue);
  }

  /** The same of a point, but for an unanswered request that may have set another value. */
  void doubtful(Point right, @Nullable Amended amended, boolean hadValue, String why) {
    count(doubted, amended, hadValue);
    doubtedPoints.add(right.series(), right.atMillis(), why);
  }

  private void count(Counts counts, @Nullable Amended amended, boolean hadValue) {
    if (amended == null || !isOwn(amended)) {
      counts.asExpected();
    } else {
      counts.amended(hadValue);
    }
  }

  /** What was set right while the run lived is told by its first report. */
  private boolean isOwn(Amended amended) {
    return amended.revision() == revision || revision == 1 && amended.revision() == Booking.ROLLING_PASS;
  }

  /**
   * Where the destination was found to hold everything, no doubt is left.
   *
   * @param amending what becomes of the points that are not as they should be
   * @param doubt why the destination cannot be known to hold what the report counts; null if it can
   * @param found what was read back; null if nothing was
   */
  ReconciliationReport report(Amending amending, @Nullable String doubt, @Nullable ReadBackResult found) {
    boolean proven = found != null && Boolean.TRUE.equals(found.verified());
    Counts right = proven ? certain.and(doubted) : certain;
    Refusals refusals = proven ? amending.refusals() : amending.refusals().and(doubtedPoints);
    long pending = amending.pending();
    boolean exact = refusals.points() == 0 && pending == 0 && doubt == null;
    String reason = doubt != null ? doubt : pending > 0 ? "pending" : refusals.firstReason();
    return new ReconciliationReport(revision, exact, exact ? null : reason, expected, right.expectedOnes(),
        right.filled(), right.corrected(), refusals.points(), pending, refusals.rows(), found);
  }
}
