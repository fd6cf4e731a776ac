package dev.apmexport.exporter.resample;

import static dev.apmexport.exporter.resample.Script.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What each kind of metric is folded into. */
class AggregationTest {

  @Test
  void a_counter_adds_up_opens_with_its_first_window_and_repeats_its_total() {
    given(3, """
        counter a{1} 3 1
        counter a{1} 3 2
        counter a{2} 5 4
        counter b 9 1
        finish
        """).emits("""
        [3,6) opens a
        [3,6) a +7.0 =7.0
        [6,9) a +0.0 =7.0
        [9,12) opens b
        [9,12) a +0.0 =7.0
        [9,12) b +1.0 =1.0
        """);
  }

  @Test
  void a_gauge_is_its_latest_bucket_and_of_one_bucket_the_largest() {
    given(3, """
        gauge g{1} 4 5
        gauge g{1} 3 9
        gauge g{2} 4 7
        gauge g{1} 4 6
        gauge g{1} 10 -1
        gauge g{1} 10 -2
        finish
        """).emits("""
        [3,6) opens g
        [3,6) g 7.0
        [6,9) g 7.0
        [9,12) g -1.0
        """);
  }

  @Test
  void only_vus_are_added_up_over_generators() {
    given(3, """
        gauge vus 3 5 by 0
        gauge vus 4 3 by 1
        gauge vus_max 3 10 by 0
        gauge vus_max 3 10 by 2
        gauge temperature 3 5 by 0
        gauge temperature 4 3 by 1
        finish
        """).emits("""
        [3,6) opens vus
        [3,6) opens vus_max
        [3,6) opens temperature
        [3,6) vus 8.0
        [3,6) vus_max 20.0
        [3,6) temperature 3.0
        """);
  }

  @Test
  void a_generators_vus_count_until_it_is_silent_and_the_last_ones_to_the_end() {
    given(3, 4, """
        gauge vus 3 5 by 0
        gauge vus 4 3 by 1
        gauge vus 7 4 by 1
        counter c 20 1
        finish
        """).emits("""
        [3,6) opens vus
        [3,6) vus 8.0
        [6,9) vus 4.0
        [9,12) vus 4.0
        [12,15) vus 4.0
        [15,18) vus 4.0
        [18,21) opens c
        [18,21) vus 4.0
        [18,21) c +1.0 =1.0
        """);
  }

  /** What grows by one at a time copies all of it each time, here 20 GB in all. */
  @Test
  void the_series_of_a_statistic_take_memory_in_proportion_to_their_number() {
    GaugeAggregation greatest = new GaugeAggregation(0,
        new Output("cart", MetricType.GAUGE, "p95", "cart_p95", Labels.NONE), new GaugeRule(1, 10));
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = memory.getCurrentThreadAllocatedBytes();
    int series = 50_000;
    for (int i = 0; i < series; i++) {
      greatest.add(7, 0, i, 7, i);
    }
    greatest.seal(new Window(7, 1));
    assertThat(memory.getCurrentThreadAllocatedBytes() - before).isLessThan(series * 1_000L);
    assertThat(greatest.value()).isEqualTo(series - 1);
  }

  @Test
  void a_rate_has_values_only_where_it_had_samples() {
    given(1, """
        rate r{1} 1 1/3
        rate r{2} 1 0/1
        rate r{1} 3 2/2
        finish
        """).emits("""
        [1,2) opens r
        [1,2) r 1/4
        [2,3) r 0/0
        [3,4) r 2/2
        """);
  }

  @Test
  void a_trend_speaks_of_its_window_and_counts_from_the_runs_start() {
    given(2, """
        trend t{1} 2 10 20
        trend t{2} 3 5
        trend t{1} 6 7
        finish
        """).emits("""
        [2,4) opens t
        [2,4) t 5.0..20.0 of 3 =3 sum 35.0
        [4,6) t - of 0 =3 sum 35.0
        [6,8) t 7.0..7.0 of 1 =4 sum 42.0
        """);
  }
}
