package dev.apmexport.exporter.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistogramTest {
  private static final double[] QUANTILES = {0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1};

  @ParameterizedTest
  @CsvSource({"0, 0", "0.0001, 1", "0.001, 1", "0.0011, 2", "0.255, 255", "0.256, 256", "0.257, 256", "0.258, 257",
      "1, 506", "10, 924", "100, 1347", "1000, 1780", "60000, 2532"})
  void a_value_lies_in_k6s_bucket(double value, int index) {
    assertThat(Histogram.indexOf(value)).isEqualTo(index);
  }

  @Test
  void the_upper_bound_of_a_bucket_is_its_greatest_value() {
    for (int index = 0; index < 5_000; index++) {
      double bound = Histogram.upperBound(index);
      long unit = Math.round(bound / Histogram.RESOLUTION);
      assertThat(Histogram.indexOf(unit * Histogram.RESOLUTION - 0.0005)).as("index %d", index).isEqualTo(index);
      assertThat(Histogram.indexOf((unit + 1) * Histogram.RESOLUTION - 0.0005)).as("after %d", index)
          .isEqualTo(index + 1);
    }
  }

  @Test
  void bounds_rise_up_to_the_greatest_bucket_of_all() {
    for (int index = 1; index <= 7_423; index++) {
      assertThat(Histogram.upperBound(index)).isGreaterThan(Histogram.upperBound(index - 1));
    }
  }

  @Test
  void two_histograms_added_hold_what_one_of_all_values_holds() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      Histogram merged = new Histogram();
      Histogram whole = new Histogram();
      for (int part = random.nextInt(5); part >= 0; part--) {
        Histogram one = new Histogram();
        for (double value : values(random, random.nextInt(60))) {
          one.add(value);
          whole.add(value);
        }
        merged.add(one);
      }
      assertSame(merged, whole, "seed " + seed + " round " + round);
    }
  }

  @Test
  void a_rank_lies_where_its_buckets_bounds_say() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      double[] values = values(random, 1 + random.nextInt(60));
      Histogram histogram = new Histogram();
      for (double value : values) {
        histogram.add(value);
      }
      Arrays.sort(values);
      for (int rank = 0; rank < values.length; rank++) {
        String what = "seed " + seed + " round " + round + " rank " + rank;
        double slack = Math.abs(values[rank]) * 1e-12;
        assertThat(histogram.atLeast(rank)).as(what).isLessThanOrEqualTo(values[rank] + slack);
        assertThat(histogram.atMost(rank)).as(what).isGreaterThanOrEqualTo(values[rank] - slack);
        if (values[rank] >= 0) {
          assertThat(histogram.atMost(rank) - histogram.atLeast(rank)).as(what)
              .isLessThanOrEqualTo(Math.max(0.0011, values[rank] / 100));
        }
      }
      assertThat(histogram.atLeast(0)).isEqualTo(histogram.atMost(0)).isEqualTo(values[0]);
      int last = values.length - 1;
      assertThat(histogram.atLeast(last)).isEqualTo(histogram.atMost(last)).isEqualTo(values[last]);
    }
  }

  private static void assertSame(Histogram one, Histogram other, String what) {
    assertThat(one.count()).as(what).isEqualTo(other.count());
    assertThat(one.sum()).as(what).isCloseTo(other.sum(), within(1e-9 * (1 + Math.abs(other.sum()))));
    assertThat(one.min()).as(what).isEqualTo(other.min());
    assertThat(one.max()).as(what).isEqualTo(other.max());
    for (double q : QUANTILES) {
      assertThat(one.quantile(q)).as(what).isEqualTo(other.quantile(q));
    }
  }

  @Test
  void a_quantile_is_the_value_of_nearest_rank_to_within_its_bucket() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      double[] values = values(random, 1 + random.nextInt(300));
      Histogram histogram = new Histogram();
      Arrays.stream(values).forEach(histogram::add);
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      for (double q : QUANTILES) {
        double exact = sorted[(int) Math.max(1, Math.ceil(q * sorted.length)) - 1];
        if (exact >= 0) {
          assertThat(histogram.quantile(q)).as("seed %d round %d q %f", seed, round, q)
              .isBetween(exact - 1e-9, exact * (1 + 1 / 128.0) + Histogram.RESOLUTION)
              .isBetween(sorted[0], sorted[sorted.length - 1]);
        }
      }
    }
  }

  /** Durations over many orders of magnitude, some exact, a few below zero. */
  private static double[] values(Random random, int count) {
    return random.doubles(count, -7, 18).map(x -> switch (random.nextInt(12)) {
      case 0 -> 0;
      case 1 -> -Math.exp(x);
      case 2 -> Math.round(Math.exp(x));
      default -> Math.exp(x);
    }).toArray();
  }

  @Test
  void a_quantile_lies_between_the_exact_least_and_greatest_value() {
    Histogram one = new Histogram();
    one.add(100.3);
    assertThat(one.quantile(0)).isEqualTo(100.3);
    assertThat(one.quantile(0.5)).isEqualTo(100.3);
    assertThat(one.quantile(1)).isEqualTo(100.3);
  }

  @Test
  void of_ranks_among_negative_values_the_least_is_known() {
    Histogram values = new Histogram();
    Arrays.stream(new double[]{-9, -1, 5, 5}).forEach(values::add);
    assertThat(values.quantile(0.5)).isEqualTo(-9);
    assertThat(values.quantile(0.75)).isEqualTo(5);
  }

  @Test
  void values_beyond_every_bucket_are_at_most_the_greatest() {
    Histogram values = new Histogram();
    values.summary(3, 6e18, 1e18, 3e18, 0);
    assertThat(values.quantile(0.5)).isEqualTo(3e18);
  }

  @Test
  void a_cleared_histogram_is_empty() {
    Histogram values = new Histogram();
    values.add(-1);
    values.add(7);
    values.clear();
    assertThat(values.isEmpty()).isTrue();
    Histogram fresh = new Histogram();
    fresh.add(3);
    values.add(fresh);
    assertSame(values, fresh, "cleared");
  }
}
