package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.Doubts.Doubt;
import java.util.ArrayList;
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

  private final Amending amending;
  private final EarlierPasses earlier;
  private final Findings findings;
  private final SeriesComparison comparison;
  private List<SentBefore> before = List.of();
  private final TreeMap<Long, Map<Series, Cell>> open = new TreeMap<>();
  private final Map<Series, Track> tracks = new HashMap<>();

  /**
   * @param revision of the second pass that asks; what an interrupted try of it has sent counts as its own work
   * @param out takes the points to send, those of a series in the order of time
   */
  public Reconciliation(int revision, Reach reach, LedgerState booked, Consumer<Point> out) {
    this.amending = new Amending(revision, reach, booked, out);
    this.earlier = new EarlierPasses(booked);
    this.findings = new Findings(revision);
    this.comparison = new SeriesComparison(reach, booked, earlier, amending, findings);
  }

  /** @param later takes the points that wait for what may still arrive, and until when they do */
  public Reconciliation deferring(ObjLongConsumer<Point> later) {
    amending.deferring(later);
    return this;
  }

  /** @param others what other exports have sent to a destination that may keep what it has, fed beside this */
  public Reconciliation after(List<SentBefore> others) {
    before = List.copyOf(others);
    comparison.after(before);
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
      at.getValue().forEach((series, cell) -> comparison.compare(series, track(series), at.getKey(), cell));
    }
    before.forEach(other -> other.forgetBefore(millis));
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
      comparison.appendAll(track);
      if (!track.continued && isTotal.test(series)) {
        comparison.close(series, track, closingStep);
      }
    });
  }

  /**
   * Decides on points that were their series' newest: no receiver lets that be changed, so what follows them must be
   * sent before they are. Then on points that the complete log does not demand.
   */
  public void finishCorrections() {
    tracks.values().forEach(comparison::correctNewest);
    tracks.forEach(comparison::compareUndemanded);
  }

  /** What the destination holds, or would hold if it could be set right, besides what the complete log demands. */
  public List<Point> beside() {
    List<Point> beside = new ArrayList<>();
    tracks.forEach((series, track) -> track.undemanded.forEach((at, cell) -> {
      if (cell.right != null) {
        beside.add(new Point(series, at, cell.right));
      }
    }));
    return beside;
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
    return findings.report(amending, doubt, found);
  }
}
