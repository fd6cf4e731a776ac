package dev.apmexport.exporter.resample;

/**
 * The time {@code [index·seconds, (index + 1)·seconds)}, aligned to the epoch.
 *
 * @param seconds its length
 */
public record Window(long index, int seconds) {

  /** The window that holds a second of time. */
  public static Window containing(long second, int seconds) {
    return new Window(Math.floorDiv(second, (long) seconds), seconds);
  }

  /** The length in use where source buckets do not divide the wished one: rounded up to a multiple of the bucket's. */
  public static int effectiveSeconds(int wished, int period) {
    return Math.ceilDiv(wished, period) * period;
  }

  public long startMillis() {
    return index * seconds * 1000L;
  }

  public long endMillis() {
    return (index + 1) * seconds * 1000L;
  }
}
