package dev.apmexport.exporter.ledger;

import dev.apmexport.exporter.metric.Series;

/**
 * Points of one series that the destination did not take in one pass: one row for a range, however many points lie in
 * it.
 *
 * @param fromMillis the first rejected time
 * @param toMillis the last one; {@link Long#MAX_VALUE} for a series that is quarantined from the first on
 * @param reason the destination's own words
 */
public record Rejection(int pass, long seriesKey, String series, long fromMillis, long toMillis, String reason) {

  /** The series is poison to the destination: nothing of it is sent from this time on in this pass. */
  public static Rejection quarantine(int pass, Series series, long fromMillis, String reason) {
    return new Rejection(pass, series.key(), series.toString(), fromMillis, Long.MAX_VALUE, reason);
  }

  public boolean covers(long seriesKey, long atMillis) {
    return this.seriesKey == seriesKey && atMillis >= fromMillis && atMillis <= toMillis;
  }
}
