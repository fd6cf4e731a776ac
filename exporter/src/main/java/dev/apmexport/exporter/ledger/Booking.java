package dev.apmexport.exporter.ledger;

import dev.apmexport.exporter.metric.Hash;
import dev.apmexport.exporter.metric.Point;
import java.util.List;

/**
 * One batch that is about to be sent. The first pass, which mostly is the live one, books a fingerprint only, since its
 * points follow from the log; passes that amend it book the points themselves, which are few.
 *
 * @param pass {@link #FIRST_PASS}, {@link #ROLLING_PASS}, else the revision of the second pass
 * @param step counts from 0 within a pass and shard
 * @param fingerprint the sum of the points' fingerprints, whatever their order
 * @param amendments the points of a pass that amends; empty for the first pass
 */
public record Booking(int pass, int shard, long step, long atMillis, long fingerprint, int points,
    List<Point> amendments) {
  public static final int FIRST_PASS = 0;
  /** What is set right while the run lives. */
  public static final int ROLLING_PASS = -1;

  /** A point's fingerprint: of its series, time and value, bit for bit. */
  public static long fingerprint(long seriesKey, long atMillis, double value) {
    return Hash.mix(seriesKey ^ Hash.mix(atMillis) ^ Hash.mix(Double.doubleToRawLongBits(value) + 1));
  }
}
