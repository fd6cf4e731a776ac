package dev.apmexport.exporter.resample;

/**
 * When a load generator's gauge still counts in a sum over generators: until its newest bucket is as old as the time
 * after which a generator counts as silent. Judged by the buckets' own time, so that every pass over the log judges
 * alike.
 *
 * @param period seconds per source bucket
 * @param silence seconds
 */
record GaugeRule(int period, int silence) {
  boolean counts(long bucket, Window window) {
    return window.endMillis() / 1000 - (bucket + period) <= silence;
  }
}
