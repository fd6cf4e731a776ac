package dev.apmexport.standalone.demo;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One value as k6 measured it, before any aggregation.
 *
 * @param time whether k6 declared the metric to hold times, which it does for custom metrics too
 * @param timeNanos nanoseconds since the epoch
 * @param value in k6's own unit, milliseconds for times
 * @param tags all tags, those included that never reach the wire
 */
public record RawSample(String metric, Type type, boolean time, long timeNanos, double value,
    Map<String, String> tags) {

  /** k6's four metric types. */
  public enum Type {
    COUNTER, GAUGE, RATE, TREND
  }

  private static final long NANOS = 1_000_000_000L;

  public RawSample {
    tags = Map.copyOf(tags);
  }

  /** The same sample, measured that many seconds later. */
  public RawSample shifted(long seconds) {
    return new RawSample(metric, type, time, timeNanos + seconds * NANOS, value, tags);
  }

  /** Start, in seconds since the epoch, of the epoch-aligned span of this length that holds the sample. */
  public long bucketStart(int lengthSeconds) {
    return Math.floorDiv(timeNanos, lengthSeconds * NANOS) * lengthSeconds;
  }

  /**
   * The tags that k6's cloud output sends: it keeps {@code test_run_id} and names with two leading underscores back.
   */
  public SortedMap<String, String> wireTags() {
    var sent = new TreeMap<>(tags);
    sent.keySet().removeIf(name -> name.equals("test_run_id") || name.startsWith("__"));
    return sent;
  }
}
