package dev.apmexport.exporter;

import dev.apmexport.exporter.resample.Watermark;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;

/**
 * How long a pass waits before it takes a window for complete: the one thing in which passes differ. Asked after every
 * record.
 */
@FunctionalInterface
interface Horizon {
  /**
   * What may be sealed.
   *
   * @param second windows that end here or before; {@link Long#MIN_VALUE} while nothing is known. Where the run has
   *   ended, its latest bucket.
   */
  record Limit(long second, boolean ended) {
    static final Limit NOTHING = new Limit(Long.MIN_VALUE, false);

    static Limit end(Watermark watermark) {
      return watermark.lastBucket() == Long.MIN_VALUE ? NOTHING : new Limit(watermark.lastBucket(), true);
    }
  }

  Limit after(LogRecord record, Watermark watermark);

  /** Waits for the watermark, and at the run's end for nothing. */
  Horizon LIVE = (record, watermark) -> record.kind() == LogRecord.Kind.FINISH ? Limit.end(watermark)
      : new Limit(watermark.second(), false);

  /**
   * Waits until no later record has anything for a window, which a log that is complete tells by itself.
   *
   * @param earliestAfter as {@link #earliestAfter} gives it for all records
   */
  static Horizon complete(long[] earliestAfter) {
    int last = earliestAfter.length - 1;
    return (record, watermark) -> {
      long open = earliestAfter[Math.toIntExact(record.seq())];
      if (open != Long.MAX_VALUE) { return new Limit(Math.min(open, watermark.lastBucket()), false); }
      return record.seq() == last ? Limit.end(watermark) : Limit.NOTHING;
    };
  }

  /** The same for all of a log through the record {@code head}. */
  static Horizon complete(RunFeed feed, long head) {
    return complete(earliestAfter(feed.firstBuckets(head)));
  }

  /** The same for a log that still grows: windows are taken for complete once they end at this second or before. */
  static Horizon complete(long[] earliestAfter, long second) {
    return (record, watermark) -> new Limit(
        Math.min(second, Math.min(earliestAfter[Math.toIntExact(record.seq())], watermark.lastBucket())), false);
  }

  /**
   * The earliest bucket in the records after the n-th, for every n from 0.
   *
   * @param firstBuckets of the records 1, 2, 3 …
   */
  static long[] earliestAfter(long[] firstBuckets) {
    long[] earliestAfter = new long[firstBuckets.length + 1];
    earliestAfter[firstBuckets.length] = Long.MAX_VALUE;
    for (int i = firstBuckets.length - 1; i >= 0; i--) {
      earliestAfter[i] = Math.min(firstBuckets[i], earliestAfter[i + 1]);
    }
    return earliestAfter;
  }
}
