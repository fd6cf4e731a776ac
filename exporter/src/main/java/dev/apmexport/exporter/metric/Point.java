package dev.apmexport.exporter.metric;

/**
 * The value of one series at one time: the unit that is exported, booked and corrected.
 *
 * @param atMillis milliseconds since the epoch
 */
public record Point(Series series, long atMillis, double value) {
  /** The value that ends a series in Prometheus (its {@code value.StaleNaN}): a NaN known by its bits. */
  private static final long END_MARK = 0x7ff0000000000002L;

  /** A point that ends a series. */
  public static Point endMark(Series series, long atMillis) {
    return new Point(series, atMillis, Double.longBitsToDouble(END_MARK));
  }

  public boolean isEndMark() {
    return Double.doubleToRawLongBits(value) == END_MARK;
  }

  /** Receives points without an object for each of them. */
  @FunctionalInterface
  public interface Receiver {
    void point(Series series, long atMillis, double value);
  }
}
