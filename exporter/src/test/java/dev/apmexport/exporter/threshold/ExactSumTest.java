package dev.apmexport.exporter.threshold;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSumTest {
  private static ExactSum of(List<Double> parts) {
    ExactSum sum = new ExactSum();
    parts.forEach(sum::add);
    return sum;
  }

  @Test
  void a_sum_is_rounded_once_whatever_its_parts_and_their_order() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      List<Double> parts = new ArrayList<>();
      BigDecimal exact = BigDecimal.ZERO;
      for (int i = random.nextInt(50); i > 0; i--) {
        double part = random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
        parts.add(random.nextBoolean() ? part : Math.rint(part));
        exact = exact.add(new BigDecimal(parts.getLast()));
      }
      Collections.shuffle(parts, random);
      assertThat(of(parts).value()).as("seed %d round %d", seed, round).isEqualTo(exact.doubleValue());
    }
  }

  @Test
  void what_is_no_number_makes_the_sum_none_for_good() {
    for (double part : new double[]{Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      assertThat(of(List.of(1.0, part, 2.0)).value()).isNaN();
    }
    assertThat(of(List.of(Double.MAX_VALUE, Double.MAX_VALUE)).value()).isInfinite();
  }

  @Test
  void where_nobody_has_to_round_every_order_gives_the_same() {
    assertThat(of(List.of()).rounded()).isZero();
    assertThat(of(List.of(0.0, -0.0)).rounded()).isZero();
    assertThat(of(List.of(1.0, 2e15, -7.0)).rounded()).isZero();
    assertThat(of(List.of(0.5, 0.25, 1000.0)).rounded()).isZero();
    assertThat(of(List.of(Double.MIN_VALUE, 3 * Double.MIN_VALUE)).rounded()).isZero();
    assertThat(of(List.of(1e300)).rounded()).isZero();
  }

  @Test
  void where_somebody_has_to_round_an_order_may_matter() {
    assertThat(of(List.of(0.1, 0.2, 0.3)).rounded()).isGreaterThan(0.59);
    assertThat(of(List.of(1e16, 1.0, 1.0)).rounded()).isPositive();
    assertThat(of(List.of(1.0, Double.MIN_VALUE)).rounded()).isPositive();
  }
}
