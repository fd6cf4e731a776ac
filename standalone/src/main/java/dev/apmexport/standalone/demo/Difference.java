package dev.apmexport.standalone.demo;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One point that is not as it should be.
 *
 * @param timeMillis since the epoch
 * @param expected null if there should be no point
 * @param actual null if there is no point
 */
public record Difference(OutputSeries series, long timeMillis, @Nullable Expected expected, @Nullable Double actual) {
  @Override
  public String toString() {
    return "%s at %s: expected %s, got %s".formatted(series, Instant.ofEpochMilli(timeMillis),
        expected == null ? "nothing" : expected, actual == null ? "nothing" : actual);
  }
}
