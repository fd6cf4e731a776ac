package dev.apmexport.exporter.ledger;

import dev.apmexport.exporter.metric.Series;

/**
 * Points of one series that the destination did not take in one pass, or of all series at one time: one row for a range,
 * however many points lie in it.
 *
 * @param seriesKey of the series; {@link #EVERY} for all of them
 * @param fromMillis the first rejected time
 * @param toMillis the last one; {@link Long#MAX_VALUE} for a series that is quarantined from the first on
 * @param reason the destination's own words
 */
public record Rejection(int pass, long seriesKey, String series, long fromMillis, long toMillis, String reason) {
  static final long EVERY = 0;

  /** Not all points of this time were taken; which were is not noted, since there may be very many. */
  public static Rejection ofTime(int pass, long atMillis, String reason) {
    return new Rejection(pass, EVERY, "every series", atMillis, atMillis, reason);
  }

  /** Whether it is one of {@link #ofTime}. */
  boolean isOfTime() {
    return seriesKey == EVERY;
  }

  /** The series is poison to the destination: nothing of it is sent from this time on in this pass. */
  public static Rejection quarantine(int pass, Series series, long fromMillis, String reason) {
    return new Rejection(pass, series.key(), series.toString(), fromMillis, Long.MAX_VALUE, reason);
  }

  boolean covers(long atMillis) {
    return atMillis >= fromMillis && atMillis <= toMillis;
  }
}
