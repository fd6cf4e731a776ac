package dev.apmexport.exporter.threshold;

import java.util.HashMap;
import java.util.Map;

/**
 * How long k6 may have been running a test, by its buckets: a counter's rate is per second of that. k6 measures from
 * before setup to after teardown ({@code ExecutionState.GetCurrentTestRunDuration}). It tells its virtual users every
 * second, from before the start on; everything else shows that the test runs.
 */
final class RunDuration {
  /** Virtual users are told once in so many seconds. */
  private static final int TELLING = 1;
  /** Twice the seconds between two pushes of k6's remote write, unless it is told otherwise. */
  private static final double LEAST_BEFORE = 10;

  private long begin = Long.MAX_VALUE;
  private long end = Long.MIN_VALUE;
  private long activeBegin = Long.MAX_VALUE;
  private long activeEnd = Long.MIN_VALUE;
  private long begunBy = Long.MAX_VALUE;
  private long runningAt = Long.MIN_VALUE;
  private final Map<String, Long> pushedAt = new HashMap<>();
  private double before;

  /**
   * Takes notice of a push that tells of every series only what it had come to last: what was before the run's first
   * one, nobody knows. It is taken to be no longer than twice the longest time between a generator's pushes.
   */
  void pushed(String generator, long atMillis) {
    Long last = pushedAt.put(generator, atMillis);
    before = Math.max(before, last == null ? LEAST_BEFORE : 2 * (atMillis - last) / 1000.0);
  }

  /**
   * Takes notice of a bucket.
   *
   * @param bucket its start, in seconds since the epoch
   * @param period its length in seconds
   * @param active whether it shows that the test was running
   */
  void heard(long bucket, int period, boolean active) {
    begin = Math.min(begin, bucket);
    end = Math.max(end, bucket + period);
    if (active) {
      activeBegin = Math.min(activeBegin, bucket);
      activeEnd = Math.max(activeEnd, bucket + period);
      begunBy = Math.min(begunBy, bucket + period);
      runningAt = Math.max(runningAt, bucket);
    }
  }

  /** When the last bucket of all ends, in seconds since the epoch. */
  long end() {
    return end;
  }

  /** Seconds. A test begins and ends somewhere in a bucket, so the middle of what is possible is the best estimate. */
  Measured seconds() {
    if (activeEnd < activeBegin) { return new Measured(0, 0, 0); }
    double least = Math.max(0, runningAt - begunBy);
    double estimate = Math.max(activeEnd - runningAt, (least + before + activeEnd - activeBegin) / 2);
    return new Measured(least, estimate, before + end - begin + 2.0 * TELLING);
  }
}
