package dev.apmexport.exporter.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-31T09:30:00Z"));

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"30 | 30", " 30  | 30", "0 | 0", "-1 | 0", "301 | 300",
      "9223372036854775807 | 300",
      "Sat, 31 Jan 2026 09:30:10 GMT | 10", "Sat, 31 Jan 2026 09:29:59 GMT | 0", "Sun, 1 Feb 2026 09:30:00 GMT | 300",
      "10s | 0", "'' | 0",
      "2026-01-31T09:30:10Z | 0", "99999999999999999999999 | 0", "Mon, 31 Jan 2026 09:30:10 GMT | 0"})
  void seconds_and_dates_are_read_and_bounded_and_anything_else_is_ignored(String header, long seconds) {
    assertThat(RetryAfter.parse(header, CLOCK)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void no_header_is_no_wish() {
    assertThat(RetryAfter.parse(null, CLOCK)).isZero();
  }
}
