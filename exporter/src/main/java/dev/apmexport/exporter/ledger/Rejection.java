package dev.apmexport.exporter.ledger;

import dev.apmexport.exporter.metric.Series;

/**
 * Points of one series that the destination did not take in one pass, or of a shard's series at one time: one row for a
 * range, however many points lie in it.
 *
 * @param seriesKey of the series; a small number for all of one shard
 * @param fromMillis the first rejected time
 * @param toMillis the last one; {@link Long#MAX_VALUE} for a series that is quarantined from the first on
 * @param reason the destination's own words
 */
public record Rejection(int pass, long seriesKey, String series, long fromMillis, long toMillis, String reason) {
  /** Below stand the shards; a series has a key as small once in 2⁴⁸ times. */
  private static final long FIRST_SERIES = 1 << 16;
  private static final int SHARD_BITS = 8;

  /** Not all points that a shard has at this time were taken; which were is not noted, since there may be very many. */
  public static Rejection ofTime(int pass, int shard, int shards, long atMillis, String reason) {
    return new Rejection(pass, (long) shards << SHARD_BITS | shard,
        "every series of shard " + (shard + 1) + " of " + shards, atMillis, atMillis, reason);
  }

  /** Whether it is one of {@link #ofTime}. */
  boolean isOfTime() {
    return seriesKey >= 0 && seriesKey < FIRST_SERIES;
  }

  /** Whether a series is of the shard that is meant; of every shard where a record of earlier days names none. */
  boolean isOfShardOf(long series) {
    long shards = seriesKey >> SHARD_BITS;
    return shards == 0 || Long.remainderUnsigned(series, shards) == (seriesKey & (1 << SHARD_BITS) - 1);
  }

  /** The series is poison to the destination: nothing of it is sent from this time on in this pass. */
  public static Rejection quarantine(int pass, Series series, long fromMillis, String reason) {
    return new Rejection(pass, series.key(), series.toString(), fromMillis, Long.MAX_VALUE, reason);
  }

  /** Whether nothing of the series was sent from then on in that pass. */
  public boolean isForGood() {
    return toMillis == Long.MAX_VALUE;
  }

  boolean covers(long atMillis) {
    return atMillis >= fromMillis && atMillis <= toMillis;
  }
}
