package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.reconcile.AmendedSeries.Amended;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AmendedSeriesTest {
  private final AmendedSeries series = new AmendedSeries();

  @Test
  void nothing_is_known_of_what_nobody_tried() {
    assertThat(series.at(10)).isNull();
    assertThat(series.newest()).isEqualTo(Long.MIN_VALUE);
    assertThat(series.otherValues(10, 1)).isZero();
  }

  @Test
  void the_value_that_was_set_last_counts_and_all_that_were_tried_are_others() {
    series.tried(10, 1, 1, true);
    series.tried(10, 2, 2, true);
    series.tried(10, 3, 3, false);
    assertThat(series.at(10)).isEqualTo(new Amended(2, 2));
    assertThat(series.otherValues(10, 2)).isEqualTo(2);
    assertThat(series.otherValues(10, 4)).isEqualTo(3);
  }

  @Test
  void what_may_have_failed_is_not_the_newest() {
    series.tried(10, 1, 1, true);
    series.tried(20, 1, 1, false);
    assertThat(series.newest()).isEqualTo(10);
    assertThat(series.at(20)).isNull();
  }

  @Test
  void whatever_the_order_it_answers_as_maps_would() {
    Random random = new Random(7);
    Map<Long, Amended> set = new HashMap<>();
    Map<Long, Set<Double>> tried = new HashMap<>();
    for (int pass = 1; pass <= 5; pass++) {
      for (int i = 0; i < 300; i++) {
        long at = random.nextInt(10) == 0 ? random.nextInt(1_000) : 3L * i;
        double value = random.nextInt(4);
        boolean holds = random.nextInt(3) > 0;
        series.tried(at, value, pass, holds);
        tried.computeIfAbsent(at, _ -> new HashSet<>()).add(value);
        if (holds) {
          set.put(at, new Amended(value, pass));
        }
      }
    }
    TreeSet<Long> between = new TreeSet<>();
    series.between(100, 700, between::add);
    assertThat(between).isEqualTo(new TreeSet<>(set.keySet()).subSet(100L, false, 700L, false));
    for (long at = 0; at < 1_000; at++) {
      assertThat(series.at(at)).isEqualTo(set.get(at));
      assertThat(series.otherValues(at, 1))
          .isEqualTo(tried.getOrDefault(at, Set.of()).stream().filter(value -> value != 1).count());
    }
    assertThat(series.newest()).isEqualTo(set.keySet().stream().mapToLong(Long::longValue).max().orElseThrow());
  }
}
