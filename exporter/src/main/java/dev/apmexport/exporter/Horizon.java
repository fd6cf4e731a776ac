package dev.apmexport.exporter;

import dev.apmexport.exporter.resample.Resampler;
import dev.apmexport.exporter.resample.Watermark;
import dev.apmexport.exporter.source.LogRecord;

/**
 * How long a pass waits before it takes a window for complete: the one thing in which passes differ. Asked after every
 * record.
 */
@FunctionalInterface
interface Horizon {
  void seal(Resampler resampler, LogRecord record, Watermark watermark);

  /** Waits for the watermark, and at the run's end for nothing. */
  Horizon LIVE = (resampler, record, watermark) -> {
    if (record.kind() != LogRecord.Kind.FINISH) {
      resampler.sealBefore(watermark.second());
    } else if (watermark.lastBucket() != Long.MIN_VALUE) {
      resampler.sealThrough(watermark.lastBucket());
      resampler.end();
    }
  };

  /**
   * Waits until no later record has anything for a window, which a log that is complete tells by itself.
   *
   * @param firstBuckets of the records 1, 2, 3 …
   */
  static Horizon complete(long[] firstBuckets) {
    long[] earliestAfter = new long[firstBuckets.length + 1];
    earliestAfter[firstBuckets.length] = Long.MAX_VALUE;
    for (int i = firstBuckets.length - 1; i >= 0; i--) {
      earliestAfter[i] = Math.min(firstBuckets[i], earliestAfter[i + 1]);
    }
    return (resampler, record, watermark) -> {
      long open = earliestAfter[Math.toIntExact(record.seq())];
      if (open != Long.MAX_VALUE) {
        resampler.sealBefore(Math.min(open, watermark.lastBucket()));
      } else if (record.seq() == firstBuckets.length && watermark.lastBucket() != Long.MIN_VALUE) {
        resampler.sealThrough(watermark.lastBucket());
        resampler.end();
      }
    };
  }
}
