package dev.apmexport.exporter;

/** The times of points in milliseconds since the epoch, {@code [fromMillis, toMillis)}. */
public record Range(long fromMillis, long toMillis) {
  public static final Range ALL = new Range(Long.MIN_VALUE, Long.MAX_VALUE);

  public boolean contains(long atMillis) {
    return atMillis >= fromMillis && atMillis < toMillis;
  }
}
