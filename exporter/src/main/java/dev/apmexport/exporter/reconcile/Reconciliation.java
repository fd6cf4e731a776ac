package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.AmendedSeries.Amended;
import dev.apmexport.exporter.reconcile.Doubts.Doubt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a destination has accepted with what the complete log demands, time by time, and decides for every
 * point that is not as it should be whether it can be sent. Feed it both in the order of time; what both have passed is
 * compared, decided and let go, so that memory holds only the distance between them and, for each series, the few
 * points whose decision hangs on later ones.
 *
 * <p>It counts what the ledger shows. So the report on what was sent is made by comparing once more with the ledger as
 * it is then, in which nothing may be left to send.
 */
public final class Reconciliation {
  private static final double TOLERANCE = 1e-9;
  private static final String MAY_BE_TAKEN = "an unanswered request with the earlier value may have taken its one correction";

  private final int revision;
  private final Reach reach;
  private final Amending amending;
  private final EarlierPasses earlier;
  private final TreeMap<Long, Map<Series, Cell>> open = new TreeMap<>();
  private final Map<Series, Track> tracks = new HashMap<>();
  private long expected;
  private final Doubts doubts;
  private final Counts certain = new Counts();
  /** Right by what was answered, and maybe not by what was not. */
  private final Counts doubted = new Counts();
  private final Refusals doubtedPoints = new Refusals();

  /** One point in both passes. */
  private static final class Cell {
    private @Nullable Double sent;
    private @Nullable Double right;
    private @Nullable Doubt doubt;
  }

  /**
   * @param revision of the second pass that asks; what an interrupted try of it has sent counts as its own work
   * @param out takes the points to send, those of a series in the order of time
   */
  public Reconciliation(int revision, Reach reach, LedgerState booked, Consumer<Point> out) {
    this.revision = revision;
    this.reach = reach;
    this.amending = new Amending(revision, reach, booked, out);
    this.earlier = new EarlierPasses(booked);
    this.doubts = new Doubts(booked);
  }

  /** @param later takes the points that wait for what may still arrive, and until when they do */
  public Reconciliation deferring(ObjLongConsumer<Point> later) {
    amending.deferring(later);
    return this;
  }

  /** A point that the destination accepted in the first pass. */
  public void accepted(Series series, long atMillis, double value) {
    cell(series, atMillis).sent = value;
  }

  /**
   * A point of a request of the first pass that was given up without an answer, whatever became of the point after that.
   *
   * @param sinceMillis when the last such request was given up
   */
  public void doubtful(Series series, long atMillis, double value, long sinceMillis) {
    cell(series, atMillis).doubt = new Doubt(value, sinceMillis);
  }

  /** The destination has accepted nothing of the series from this time on in the first pass. */
  public void lost(Series series, long atMillis) {
    Track track = track(series);
    track.lostFrom = Math.min(track.lostFrom, atMillis);
  }

  /** A point that the complete log demands. */
  public void expected(Series series, long atMillis, double value) {
    cell(series, atMillis).right = value;
  }

  private Cell cell(Series series, long atMillis) {
    return open.computeIfAbsent(atMillis, _ -> new HashMap<>()).computeIfAbsent(series, _ -> new Cell());
  }

  private Track track(Series series) {
    return tracks.computeIfAbsent(series, _ -> new Track());
  }

  /** Says that neither pass will come with a point before this time any more. */
  public void compareBefore(long millis) {
    while (!open.isEmpty() && open.firstKey() < millis) {
      Entry<Long, Map<Series, Cell>> at = open.pollFirstEntry();
      at.getValue().forEach((series, cell) -> compare(series, at.getKey(), cell));
    }
  }

  private void compare(Series series, long at, Cell cell) {
    Track track = track(series);
    Amended amended = earlier.at(series, at);
    Double holds = amended == null ? cell.sent : Double.valueOf(amended.value());
    if (holds != null) {
      isNotTheNewest(track);
      track.held(at, holds);
    }
    if (cell.right == null) { return; }
    expected++;
    track.right(at, cell.right);
    Point right = new Point(series, at, cell.right);
    long since = doubts.otherThan(right, cell.doubt);
    if (holds != null && same(holds, cell.right)) {
      boolean doubtful = reach.replacesOnce() && since != Doubts.NONE;
      countRight(doubtful ? doubted : certain, amended, cell.sent != null);
      if (doubtful) {
        doubtedPoints.add(series, at, MAY_BE_TAKEN);
      }
    } else if (reach.awaits(at, since)) {
      track.continued = true;
      amending.await(right, since);
    } else if (holds == null) {
      missing(track, right);
    } else if (isSpent(track, right)) {
      amending.spent(right);
    } else if (reach.overwrites()) {
      amending.changed(right, true);
    } else {
      track.changed = right;
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

  private void appendAll(Track track) {
    track.missing.drainTo(point -> append(track, point));
  }

  private void fillGap(Track track, Point point) {
    if (isSpent(track, point)) {
      amending.spent(point);
    } else {
      amending.gap(point);
    }
  }

  private void countRight(Counts counts, @Nullable Amended amended, boolean hadValue) {
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

  private void append(Track track, Point point) {
    track.continued = true;
    if (earlier.follow(point) && !reach.overwrites()) {
      fillGap(track, point);
    } else {
      amending.tail(point);
    }
  }

  /**
   * Compares and decides what is left, but for {@link #finishCorrections}.
   *
   * @param isTotal whether a series runs on from the run's start
   * @param closingStep milliseconds from the last window's end to the point that mends a total which is still wrong
   */
  public void finish(Predicate<Series> isTotal, long closingStep) {
    compareBefore(Long.MAX_VALUE);
    tracks.forEach((series, track) -> {
      appendAll(track);
      if (!track.continued && isTotal.test(series)) {
        close(series, track, closingStep);
      }
    });
  }

  /**
   * Decides on points that were their series' newest: no receiver lets that be changed, so what follows them must be
   * sent before they are.
   */
  public void finishCorrections() {
    tracks.forEach((series, track) -> {
      Point changed = track.changed;
      if (changed != null) {
        track.changed = null;
        amending.changed(changed, track.continued || earlier.follow(changed));
      }
    });
  }

  /** The total at the very end is what increase() and the final value are read from: one more point sets it right. */
  private void close(Series series, Track track, long step) {
    long amended = earlier.newest(series);
    Amended closing = amended > track.lastRight ? earlier.at(series, amended) : null;
    long newest = closing == null ? track.newestHeld : amended;
    double holds = closing == null ? track.newestValue : closing.value();
    if (newest == Long.MIN_VALUE || track.lastRight == Long.MIN_VALUE) { return; }
    if (!same(holds, track.lastRightValue)) {
      expected++;
      track.continued = true;
      long at = Math.max(earlier.endMark(series), Math.max(newest, track.lastRight)) + step;
      amending.tail(new Point(series, at, track.lastRightValue));
    } else if (closing != null) {
      expected++;
      countRight(certain, closing, false);
    }
  }

  /** A mark of its end for every series, right after the latest point of all; asked for when nothing is pending. */
  public List<Point> endMarks() {
    long last = Long.MIN_VALUE;
    for (Entry<Series, Track> track : tracks.entrySet()) {
      long newest = Math.max(track.getValue().newestHeld, earlier.newest(track.getKey()));
      last = Math.max(last, Math.max(newest, track.getValue().lastRight));
    }
    long at = last + 1;
    return tracks.keySet().stream().filter(series -> earlier.endMark(series) < at)
        .map(series -> Point.endMark(series, at)).toList();
  }

  static boolean same(double a, double b) {
    return a == b || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  }

  /** Whether something waits because more data may come, or a request that was given up. */
  public boolean isEarly() {
    return amending.isEarly();
  }

  /** How many points are still to be sent. */
  public long pending() {
    return amending.pending();
  }

  /** When the last request arrives at the latest that something waits for; {@link Long#MIN_VALUE} if nothing does. */
  public long doubtfulUntil() {
    return amending.doubtfulUntil();
  }

  /**
   * What the ledger shows, and the destination if it was asked. Where it was found to hold everything, no doubt is left.
   *
   * @param doubt why the destination cannot be known to hold what the report counts; null if it can
   * @param found what was read back; null if nothing was
   */
  public ReconciliationReport report(@Nullable String doubt, @Nullable ReadBackResult found) {
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
