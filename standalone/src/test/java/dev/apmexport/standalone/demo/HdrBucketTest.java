package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HdrBucketTest {
  /**
   * In units of 0.001: 7 -> 7; 255 -> 255; 256 -> 256..257; 300 -> 300..301; 1000 -> 1000..1007; 100,000 ->
   * 99840..100351.
   */
  @ParameterizedTest
  @CsvSource({"0.0065, 0.006, 0.007", "0.255, 0.254, 0.255", "0.2551, 0.255, 0.257", "0.3, 0.299, 0.301",
      "1, 0.999, 1.003", "100, 99.839, 100.351"})
  void holds_what_k6_puts_together(double value, double lower, double upper) {
    assertThat(HdrBucket.of(value).lower()).isCloseTo(lower, within(1e-9));
    assertThat(HdrBucket.of(value).upper()).isCloseTo(upper, within(1e-9));
  }

  @Test
  void of_zero_is_zero_alone() {
    assertThat(HdrBucket.of(0)).isEqualTo(new HdrBucket(0, 0));
  }

  @Test
  void of_a_negative_value_is_everything_below_zero() {
    assertThat(HdrBucket.of(-3)).isEqualTo(new HdrBucket(Double.NEGATIVE_INFINITY, 0));
  }

  @Test
  void of_a_value_too_great_to_count_is_everything_above() {
    assertThat(HdrBucket.of(1e17).upper()).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void is_at_most_one_128th_of_its_value_wide() {
    for (double value = 0.26; value < 1e6; value *= 1.01) {
      HdrBucket bucket = HdrBucket.of(value);
      assertThat(value).isBetween(bucket.lower(), bucket.upper() * (1 + 1e-12));
      assertThat(bucket.upper() - bucket.lower()).isLessThanOrEqualTo(value / 127);
    }
  }
}
