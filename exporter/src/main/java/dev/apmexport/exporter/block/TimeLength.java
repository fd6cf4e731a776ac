package dev.apmexport.exporter.block;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lengths of time as Prometheus and k6 write them: {@code 90s}, {@code 30m}, {@code 1h30m}, {@code 1d}. */
final class TimeLength {
  private static final Pattern PARTS = Pattern
      .compile("(?=\\d)(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");

  private TimeLength() {}

  /** Null if it is none. */
  static @Nullable Duration parse(String text) {
    Matcher parts = PARTS.matcher(text);
    if (!parts.matches()) { return null; }
    return Duration.ofDays(part(parts, 1)).plusHours(part(parts, 2)).plusMinutes(part(parts, 3))
        .plusSeconds(part(parts, 4));
  }

  private static long part(Matcher parts, int group) {
    String number = parts.group(group);
    return number == null ? 0 : Long.parseLong(number);
  }
}
