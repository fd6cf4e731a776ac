package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.EarlierPasses.Amended;
import dev.apmexport.exporter.sink.Amendment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a destination has accepted with what the complete log demands, time by time, and decides for every
 * point that is not as it should be whether it can be sent. Feed it both passes in the order of time; what both have
 * passed is compared and let go, so that memory holds only the distance between them and the points that differ.
 */
public final class Reconciliation {
  private static final double TOLERANCE = 1e-9;

  private final Reach reach;
  private final int revision;
  private final EarlierPasses earlier;
  private final List<Point> amendments = new ArrayList<>();
  private final Set<Point> corrections = new HashSet<>();
  private final TreeMap<Long, Map<Series, Cell>> open = new TreeMap<>();
  private final Map<Series, Track> tracks = new HashMap<>();
  private final Refusals refusals = new Refusals();
  private long expected;
  private long asExpected;
  private long filled;
  private long corrected;

  /** One point in both passes. */
  private static final class Cell {
    private @Nullable Double sent;
    private @Nullable Double right;
  }

  /** What is known of one series so far, and its points that cannot be decided yet. */
  private static final class Track {
    private long newestAccepted = Long.MIN_VALUE;
    private double newestValue;
    private long lastRight = Long.MIN_VALUE;
    private double lastRightValue;
    private final List<Point> missing = new ArrayList<>();
    private final List<Point> changed = new ArrayList<>();
  }

  /** @param revision of the second pass that asks; what an interrupted try of it has sent counts as its own work */
  public Reconciliation(int revision, Amendment amendment, long nowMillis, LedgerState booked) {
    this.revision = revision;
    this.reach = new Reach(amendment, nowMillis);
    this.earlier = new EarlierPasses(booked);
  }

  /** A point that the destination accepted in the live pass. */
  public void accepted(Series series, long atMillis, double value) {
    cell(series, atMillis).sent = value;
  }

  /** A point that the complete log demands. */
  public void expected(Series series, long atMillis, double value) {
    cell(series, atMillis).right = value;
  }

  private Cell cell(Series series, long atMillis) {
    return open.computeIfAbsent(atMillis, _ -> new HashMap<>()).computeIfAbsent(series, _ -> new Cell());
  }

  /** Says that neither pass will come with a point before this time any more. */
  public void compareBefore(long millis) {
    while (!open.isEmpty() && open.firstKey() < millis) {
      Entry<Long, Map<Series, Cell>> at = open.pollFirstEntry();
      at.getValue().forEach((series, cell) -> compare(series, at.getKey(), cell));
    }
  }

  private void compare(Series series, long at, Cell cell) {
    Track track = tracks.computeIfAbsent(series, _ -> new Track());
    Amended amendedTo = earlier.at(series, at);
    Double holds = amendedTo == null ? cell.sent : Double.valueOf(amendedTo.value());
    if (holds != null) {
      track.newestAccepted = at;
      track.newestValue = holds;
      track.missing.removeIf(gap -> amendGap(gap));
    }
    if (cell.right == null) { return; }
    expected++;
    track.lastRight = at;
    track.lastRightValue = cell.right;
    if (holds == null) {
      track.missing.add(new Point(series, at, cell.right));
    } else if (same(holds, cell.right)) {
      countRight(amendedTo, cell.sent != null);
    } else if (amendedTo != null && cell.sent != null && reach.replacesOnce()) {
      refusals.add(series, at, "corrected once before, and a receiver may ignore a second correction");
    } else {
      track.changed.add(new Point(series, at, cell.right));
    }
  }

  private void countRight(@Nullable Amended amendedTo, boolean hadValue) {
    if (amendedTo == null || amendedTo.revision() != revision) {
      asExpected++;
    } else if (hadValue) {
      corrected++;
    } else {
      filled++;
    }
  }

  /** A point before accepted ones: only a destination that takes samples out of order can take it. */
  private boolean amendGap(Point gap) {
    if (reach.goesBackTo(gap.atMillis())) {
      amendments.add(gap);
    } else {
      refusals.add(gap.series(), gap.atMillis(), "missing before accepted points, " + reach.whyNot());
    }
    return true;
  }

  /**
   * Compares what is left and returns the points to send, in the order of time.
   *
   * @param isTotal whether a series runs on from the run's start
   * @param closingStep milliseconds from the last window's end to the point that mends a total which is still wrong
   */
  public List<Point> finish(Predicate<Series> isTotal, long closingStep) {
    compareBefore(Long.MAX_VALUE);
    tracks.forEach((series, track) -> {
      track.missing.forEach(this::amendTail);
      boolean continued = !track.missing.isEmpty();
      long newest = Math.max(track.newestAccepted, earlier.newest(series));
      track.changed.forEach(point -> amendValue(point, continued || point.atMillis() < newest));
      if (!continued && isTotal.test(series)) {
        close(series, track, closingStep);
      }
    });
    amendments.sort(Comparator.comparingLong(Point::atMillis));
    return amendments;
  }

  private void amendTail(Point point) {
    if (reach.continuesAt(point.atMillis())) {
      amendments.add(point);
    } else {
      refusals.add(point.series(), point.atMillis(), "never accepted, and " + reach.whyNot());
    }
  }

  private void amendValue(Point point, boolean isOlder) {
    boolean inPlace = isOlder || reach.overwrites();
    if (inPlace && reach.goesBackTo(point.atMillis())) {
      amendments.add(point);
      corrections.add(point);
    } else {
      refusals.add(point.series(), point.atMillis(), "accepted with another value, "
          + (inPlace ? reach.whyNot() : "and it is the series' newest sample"));
    }
  }

  /** The total at the very end is what increase() and the final value are read from: one more point sets it right. */
  private void close(Series series, Track track, long step) {
    Entry<Long, Amended> last = earlier.latest(series);
    Entry<Long, Amended> closing = last == null || last.getKey() <= track.lastRight ? null : last;
    long newest = closing == null ? track.newestAccepted : closing.getKey();
    double holds = closing == null ? track.newestValue : closing.getValue().value();
    if (newest == Long.MIN_VALUE || track.lastRight == Long.MIN_VALUE) { return; }
    if (!same(holds, track.lastRightValue)) {
      expected++;
      amendments.add(new Point(series, Math.max(earlier.endMark(series), Math.max(newest, track.lastRight)) + step,
          track.lastRightValue));
    } else if (closing != null) {
      expected++;
      countRight(closing.getValue(), false);
    }
  }

  /** A mark of its end for every series, right after the latest point of all; asked for when all is sent. */
  public List<Point> endMarks() {
    long last = amendments.stream().mapToLong(Point::atMillis).max().orElse(Long.MIN_VALUE);
    for (Entry<Series, Track> track : tracks.entrySet()) {
      long newest = Math.max(track.getValue().newestAccepted, earlier.newest(track.getKey()));
      last = Math.max(last, Math.max(newest, track.getValue().lastRight));
    }
    long at = last + 1;
    return tracks.keySet().stream().filter(series -> earlier.endMark(series) < at)
        .map(series -> Point.endMark(series, at)).toList();
  }

  static boolean same(double a, double b) {
    return a == b || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  }

  /** Takes note of what became of a point that was to be sent. */
  public void sent(Point point) {
    if (corrections.contains(point)) {
      corrected++;
    } else {
      filled++;
    }
  }

  /** Takes note that the destination did not take a point. */
  public void rejected(Point point, String reason) {
    refusals.add(point.series(), point.atMillis(), reason);
  }

  /**
   * The report, after every point to send was noted as sent or rejected, but for those that are still pending.
   *
   * @param doubt why the destination cannot be known to hold what the report counts; null if it can
   */
  public ReconciliationReport report(long pending, @Nullable String doubt) {
    boolean exact = refusals.points() == 0 && pending == 0 && doubt == null;
    String reason = doubt != null ? doubt : pending > 0 ? "pending" : refusals.firstReason();
    return new ReconciliationReport(revision, exact, exact ? null : reason, expected, asExpected, filled, corrected,
        refusals.points(), pending, refusals.rows());
  }
}
