package dev.apmexport.exporter.metric;

/**
 * The value of one series at one time: the unit that is exported, booked and corrected.
 *
 * @param atMillis milliseconds since the epoch
 */
public record Point(Series series, long atMillis, double value) {
  /** Receives points without an object for each of them. */
  @FunctionalInterface
  public interface Receiver {
    void point(Series series, long atMillis, double value);
  }
}
