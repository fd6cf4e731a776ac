package dev.apmexport.exporter.resample;

import static dev.apmexport.exporter.resample.Script.given;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResamplerTest {

  @Test
  void what_is_late_enters_totals_only() {
    Script script = given(2, """
        counter c 2 1
        gauge g 2 5
        rate r 2 1/2
        trend t 2 10
        seal 4
        counter c 3 7
        gauge g 3 99
        rate r 3 9/9
        trend t 3 1 500
        finish
        counter c 6 1
        finish
        """);
    script.emits("""
        [2,4) opens c
        [2,4) opens g
        [2,4) opens r
        [2,4) opens t
        [2,4) c +1.0 =1.0
        [2,4) g 5.0
        [2,4) r 1/2
        [2,4) t 10.0..10.0 of 1 =1 sum 10.0
        [4,6) c +0.0 =8.0
        [4,6) g 5.0
        [4,6) r 0/0
        [4,6) t - of 0 =3 sum 511.0
        [6,8) c +1.0 =9.0
        [6,8) g 5.0
        [6,8) r 0/0
        [6,8) t - of 0 =3 sum 511.0
        """);
    assertThat(script.counts().late()).isEqualTo(4);
    assertThat(script.counts().selected()).isEqualTo(9);
  }

  @Test
  void a_series_that_is_late_from_its_first_sample_opens_with_the_oldest_open_window() {
    given(1, """
        counter a 5 1
        seal 6
        counter b 3 2
        trend t 3 4
        gauge g 3 1
        counter a 7 1
        finish
        """).emits("""
        [5,6) opens a
        [5,6) a +1.0 =1.0
        [6,7) opens b
        [6,7) opens t
        [6,7) a +0.0 =1.0
        [6,7) b +0.0 =2.0
        [6,7) t - of 0 =1 sum 4.0
        [7,8) a +1.0 =2.0
        [7,8) b +0.0 =2.0
        [7,8) t - of 0 =1 sum 4.0
        """);
  }

  @Test
  void windows_are_sealed_in_order_once_and_only_when_they_have_passed() {
    given(3, """
        counter a 7 1
        counter a 4 1
        counter a 10 1
        seal 5
        seal 6
        seal 8
        seal 3
        seal 9
        """).emits("""
        [3,6) opens a
        [3,6) a +1.0 =1.0
        [6,9) a +1.0 =2.0
        """);
  }

  @Test
  void windows_are_aligned_to_the_epoch_also_before_it() {
    given(10, """
        counter a -1 1
        counter a 0 2
        counter a 9 4
        finish
        """).emits("""
        [-10,0) opens a
        [-10,0) a +1.0 =1.0
        [0,10) a +6.0 =7.0
        """);
  }

  @Test
  void sealing_while_nothing_is_known_yet_does_nothing() {
    given(3, """
        unsealed
        unsealed
        counter a 3 1
        unsealed
        counter a 300 1
        seal 6
        unsealed
        """).emits("""
        [3,6) opens a
        [3,6) a +1.0 =1.0
        """);
  }

  @Test
  void what_the_route_refuses_is_counted_apart_from_what_nobody_wants() {
    Script script = given(1, """
        counter a{1} 1 1
        counter y 1 1
        counter a{2} 1 1
        counter x 1 1
        trend y2 2 1
        finish
        """);
    script.emits("""
        [1,2) opens a
        [1,2) a +2.0 =2.0
        [2,3) a +0.0 =2.0
        """);
    assertThat(script.counts().selected()).isEqualTo(2);
    assertThat(script.counts().refused()).isEqualTo(2);
    assertThat(script.counts().unselected()).isEqualTo(1);
  }

  @Test
  void a_window_that_is_no_multiple_of_the_buckets_is_rounded_up() {
    assertThat(Window.effectiveSeconds(5, 3)).isEqualTo(6);
    assertThat(Window.effectiveSeconds(6, 3)).isEqualTo(6);
    assertThat(Window.effectiveSeconds(1, 3)).isEqualTo(3);
    assertThat(Window.effectiveSeconds(7, 1)).isEqualTo(7);
  }
}
