package dev.apmexport.exporter.sink;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** The Retry-After header (RFC 9110 §10.2.3): whole seconds, or a date. */
public final class RetryAfter {
  /** No remote end may make an export wait longer than this at once. */
  public static final Duration CAP = Duration.ofMinutes(5);

  private RetryAfter() {}

  /** How long to wait; zero where there is no header or none that can be read. */
  public static Duration parse(@Nullable String header, InstantSource clock) {
    if (header == null) { return Duration.ZERO; }
    try {
      return bounded(Duration.ofSeconds(Long.parseLong(header.strip())));
    } catch (NumberFormatException notSeconds) {
      return untilDate(header, clock.instant());
    }
  }

  private static Duration untilDate(String header, Instant now) {
    try {
      return bounded(Duration.between(now, ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)));
    } catch (DateTimeException malformed) {
      return Duration.ZERO;
    }
  }

  private static Duration bounded(Duration wait) {
    return wait.isNegative() ? Duration.ZERO : wait.compareTo(CAP) > 0 ? CAP : wait;
  }
}
