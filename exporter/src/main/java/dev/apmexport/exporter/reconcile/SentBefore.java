package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.AmendedSeries.Amended;
import dev.apmexport.exporter.reconcile.Doubts.Doubt;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What another export has sent to the same destination before, which the ledger in use knows nothing of. A receiver that
 * keeps what it has may show that, whatever it was sent since. Feed it in the order of time; what was compared is let go.
 */
public final class SentBefore {
  static final String WHY = "sent before with another value, which the destination may have kept";
  private static final Cell NOTHING = new Cell();

  private final EarlierPasses amended;
  private final Doubts doubts;
  private final TreeMap<Long, Map<Series, Cell>> open = new TreeMap<>();

  /** @param booked the other export's ledger, whose amendments count as well */
  public SentBefore(LedgerState booked) {
    this.amended = new EarlierPasses(booked);
    this.doubts = new Doubts(booked);
  }

  /** A point that was accepted in the other's first pass; not a number if it is not known with which value. */
  public void accepted(Series series, long atMillis, double value) {
    cell(series, atMillis).sent = value;
  }

  /** A point of the other's first pass that may have arrived. */
  public void doubtful(Series series, long atMillis, double value) {
    cell(series, atMillis).doubt = new Doubt(value, 0);
  }

  private Cell cell(Series series, long atMillis) {
    return open.computeIfAbsent(atMillis, _ -> new HashMap<>()).computeIfAbsent(series, _ -> new Cell());
  }

  /** Whether the destination was left with another value than this, or may have been. */
  boolean mayBeOtherThan(Point right) {
    Cell cell = open.getOrDefault(right.atMillis(), Map.of()).getOrDefault(right.series(), NOTHING);
    Amended last = amended.at(right.series(), right.atMillis());
    Double held = last == null ? cell.sent : Double.valueOf(last.value());
    return held != null && !Reconciliation.same(held, right.value())
        || doubts.otherThan(right, cell.doubt) != Doubts.NONE || amended.otherValues(right) > 0;
  }

  void forgetBefore(long millis) {
    open.headMap(millis).clear();
  }
}
