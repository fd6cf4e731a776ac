package dev.apmexport.exporter.ledger;

import dev.apmexport.exporter.metric.Hash;
import dev.apmexport.exporter.metric.Point;
import java.util.List;

/**
 * One batch that is about to be sent. The live pass books a fingerprint only, since its points follow from the log; a
 * second pass books the points themselves, which are few.
 *
 * @param pass 0 for the live pass, else the revision of the second pass
 * @param step counts from 0 within a pass and shard
 * @param fingerprint the sum of the points' fingerprints, whatever their order
 * @param amendments the points of a second pass; empty for the live pass
 */
public record Booking(int pass, int shard, long step, long atMillis, long fingerprint, int points,
    List<Point> amendments) {

  /** A point's fingerprint: of its series, time and value, bit for bit. */
  public static long fingerprint(long seriesKey, long atMillis, double value) {
    return Hash.mix(seriesKey ^ Hash.mix(atMillis) ^ Hash.mix(Double.doubleToRawLongBits(value) + 1));
  }
}
