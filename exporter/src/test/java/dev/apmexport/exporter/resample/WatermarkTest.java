package dev.apmexport.exporter.resample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WatermarkTest {
  private static final int LATENESS = 2;
  private static final int SILENCE = 10;
  /** Pushes come this many seconds after the times of their buckets, so that none lies ahead. */
  private static final long LATER = 1_000;

  /** One that waits for nobody whom it has not heard. */
  private Watermark watermark = new Watermark(LATENESS, SILENCE, 1);

  @Test
  void nothing_is_known_before_the_first_bucket() {
    assertThat(watermark.second()).isEqualTo(Long.MIN_VALUE);
    watermark.heard("a", LATER * 1_000 + 1_000);
    assertThat(watermark.second()).isEqualTo(Long.MIN_VALUE);
    assertThat(watermark.lastBucket()).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void it_stands_at_the_end_of_the_latest_bucket_less_the_lateness() {
    push("a", 1, 100, 3);
    assertThat(watermark.second()).isEqualTo(101);
    push("a", 2, 97, 3);
    assertThat(watermark.second()).isEqualTo(101);
    push("a", 3, 103, 3);
    assertThat(watermark.second()).isEqualTo(104);
    assertThat(watermark.lastBucket()).isEqualTo(103);
  }

  @Test
  void the_slowest_of_several_generators_counts() {
    push("a", 1, 110, 1);
    push("b", 1, 105, 1);
    push("c", 1, 120, 1);
    assertThat(watermark.second()).isEqualTo(104);
    push("b", 2, 130, 1);
    assertThat(watermark.second()).isEqualTo(109);
  }

  @Test
  void a_generator_without_a_bucket_yet_holds_nobody_up() {
    push("a", 1, 110, 1);
    watermark.heard("b", LATER * 1_000 + 1_000);
    assertThat(watermark.second()).isEqualTo(109);
  }

  @Test
  void a_silent_generator_is_not_waited_for() {
    push("a", 1, 100, 1);
    push("b", 1, 100, 1);
    push("a", 11, 110, 1);
    assertThat(watermark.second()).isEqualTo(99);
    watermark.heard("a", LATER * 1_000 + 11_001);
    assertThat(watermark.second()).isEqualTo(109);
  }

  @Test
  void an_empty_push_is_a_sign_of_life() {
    push("a", 1, 100, 1);
    push("b", 1, 100, 1);
    watermark.heard("b", LATER * 1_000 + 5_000);
    push("a", 12, 110, 1);
    assertThat(watermark.second()).isEqualTo(99);
  }

  @Test
  void a_generator_that_returns_is_waited_for_again() {
    push("a", 1, 100, 1);
    push("b", 1, 100, 1);
    push("a", 20, 120, 1);
    assertThat(watermark.second()).isEqualTo(119);
    push("b", 21, 105, 1);
    assertThat(watermark.second()).isEqualTo(104);
  }

  @Test
  void generators_are_numbered_in_the_order_of_the_log() {
    assertThat(watermark.heard("b", 1)).isEqualTo(0);
    assertThat(watermark.heard("", 1)).isEqualTo(1);
    assertThat(watermark.heard("b", 2)).isEqualTo(0);
  }

  @Test
  void a_bucket_that_lies_ahead_tells_nothing_of_the_time_between() {
    push("a", 1, 1_000, 1);
    assertThat(watermark.second()).isEqualTo(999);
    push("a", 2, 1_600, 1);
    assertThat(watermark.second()).isEqualTo(1_000);
    assertThat(watermark.lastBucket()).isEqualTo(1_600);
    push("a", 5, 1_003, 1);
    assertThat(watermark.second()).isEqualTo(1_002);
  }

  @Test
  void a_copy_goes_its_own_way() {
    push("a", 1, 100, 1);
    Watermark copy = watermark.copy();
    push("a", 2, 200, 1);
    assertThat(copy.second()).isEqualTo(99);
    assertThat(copy.heard("a", LATER * 1_000 + 3_000)).isEqualTo(0);
    copy.observe(0, 150, 1);
    assertThat(copy.second()).isEqualTo(149);
    assertThat(watermark.second()).isEqualTo(199);
  }

  @Test
  void a_name_tells_of_siblings_which_are_waited_for_as_long_as_they_might_be_silent() {
    watermark = new Watermark(LATENESS, SILENCE);
    push("a", 1, 100, 1);
    push("b", 4, 100, 1);
    push("a", 11, 110, 1);
    assertThat(watermark.second()).isEqualTo(Long.MIN_VALUE);
    watermark.heard("a", LATER * 1_000 + 11_001);
    assertThat(watermark.second()).isEqualTo(99);
  }

  @Test
  void one_without_a_name_is_alone_until_a_name_is_heard() {
    watermark = new Watermark(LATENESS, SILENCE);
    push("", 1, 100, 1);
    assertThat(watermark.second()).isEqualTo(99);
    push("a", 2, 110, 1);
    assertThat(watermark.second()).isEqualTo(Long.MIN_VALUE);
    push("", 12, 111, 1);
    assertThat(watermark.second()).isEqualTo(109);
  }

  @Test
  void a_name_that_is_heard_first_in_the_middle_of_a_run_holds_nobody_up() {
    watermark = new Watermark(LATENESS, SILENCE);
    push("", 1, 100, 1);
    push("", 20, 119, 1);
    push("a", 20, 119, 1);
    assertThat(watermark.second()).isEqualTo(118);
  }

  @Test
  void as_many_as_were_announced_are_waited_for_and_no_longer() {
    watermark = new Watermark(LATENESS, SILENCE, 2);
    push("a", 1, 100, 1);
    assertThat(watermark.second()).isEqualTo(Long.MIN_VALUE);
    watermark.heard("b", LATER * 1_000 + 2_000);
    assertThat(watermark.second()).isEqualTo(Long.MIN_VALUE);
    push("b", 4, 97, 1);
    assertThat(watermark.second()).isEqualTo(96);
  }

  @Test
  void one_that_was_announced_and_never_comes_is_waited_for_as_if_it_were_silent() {
    watermark = new Watermark(LATENESS, SILENCE, 2);
    push("", 1, 100, 1);
    push("", 11, 110, 1);
    assertThat(watermark.second()).isEqualTo(Long.MIN_VALUE);
    watermark.heard("", LATER * 1_000 + 11_001);
    assertThat(watermark.second()).isEqualTo(109);
  }

  @Test
  void a_generator_that_returns_with_what_is_long_past_has_a_while_to_catch_up() {
    push("a", 1, 100, 1);
    push("b", 1, 100, 1);
    push("a", 60, 159, 1);
    push("b", 61, 101, 1);
    assertThat(watermark.second()).isEqualTo(100);
    push("a", 62, 161, 1);
    push("b", 63, 162, 1);
    assertThat(watermark.second()).isEqualTo(160);
  }

  @Test
  void a_generator_that_returns_and_never_catches_up_holds_nobody_up_for_ever() {
    push("a", 1, 100, 1);
    push("b", 1, 100, 1);
    for (int second = 60; second <= 71; second++) {
      push("a", second, second + 99, 1);
      push("b", second, second + 42, 1);
    }
    assertThat(watermark.second()).isEqualTo(169);
    push("b", 72, 171, 1);
    assertThat(watermark.second()).isEqualTo(169);
    push("a", 73, 175, 1);
    assertThat(watermark.second()).isEqualTo(170);
  }

  @Test
  void one_that_is_less_than_a_minute_behind_from_the_beginning_is_waited_for_to_the_end() {
    watermark = new Watermark(LATENESS, SILENCE);
    for (int second = 1; second < 100; second++) {
      push("a", second, second + 159, 1);
      push("b", second, second + 100, 1);
    }
    assertThat(watermark.second()).isEqualTo(198);
  }

  /** As one whose clock is wrong, which would hold the whole run's export back to the end. */
  @Test
  void one_that_is_further_behind_has_a_while_to_catch_up_and_is_not_waited_for_then() {
    watermark = new Watermark(LATENESS, SILENCE);
    for (int second = 1; second <= 30; second++) {
      push("a", second, second + 161, 1);
      push("b", second, second + 100, 1);
      if (second == 11) {
        assertThat(watermark.second()).isEqualTo(Long.MIN_VALUE); // whether there are others is not known before
      }
    }
    assertThat(watermark.second()).isEqualTo(190);
    push("b", 31, 192, 1);
    push("a", 31, 195, 1);
    assertThat(watermark.second()).as("it has caught up").isEqualTo(191);
  }

  @Test
  void one_that_falls_far_behind_later_is_not_waited_for_either_and_the_furthest_always_is() {
    push("a", 1, 100, 1);
    push("b", 1, 100, 1);
    for (int second = 2; second <= 80; second++) {
      push("a", second, second + 99, 1);
      watermark.heard("b", (LATER + second) * 1000L);
    }
    assertThat(watermark.second()).isEqualTo(178);
    for (int second = 81; second <= 200; second++) {
      push("b", second, second + 19, 1);
    }
    assertThat(watermark.second()).as("nobody else is left").isEqualTo(218);
  }

  @Test
  void a_generator_whose_samples_are_all_refused_is_not_waited_for() {
    push("a", 1, 100, 1);
    push("b", 1, 100, 1);
    for (int second = 2; second <= 11; second++) {
      refused("b", second);
      push("a", second, second + 99, 1);
    }
    assertThat(watermark.second()).isEqualTo(99);
    refused("b", 12);
    push("a", 12, 111, 1);
    assertThat(watermark.second()).isEqualTo(110);
    Watermark copy = watermark.copy();
    assertThat(copy.second()).isEqualTo(110);
    push("b", 13, 105, 1);
    assertThat(watermark.second()).as("it is back and has a while to catch up").isEqualTo(104);
  }

  @Test
  void a_generator_that_gets_further_is_waited_for_whatever_else_of_it_is_refused() {
    for (int second = 1; second <= 30; second++) {
      push("a", second, second + 109, 1);
      push("b", second, second + 99, 1);
      refused("b", second);
    }
    assertThat(watermark.second()).isEqualTo(128);
  }

  @Test
  void one_that_is_alone_stands_where_it_was_while_all_it_brings_is_refused() {
    watermark = new Watermark(LATENESS, SILENCE);
    push("", 1, 100, 1);
    for (int second = 2; second <= 30; second++) {
      refused("", second);
      assertThat(watermark.second()).isEqualTo(99);
    }
    push("", 31, 130, 1);
    assertThat(watermark.second()).isEqualTo(129);
  }

  private void refused(String instance, int receivedAt) {
    watermark.refused(watermark.heard(instance, (LATER + receivedAt) * 1000L));
  }

  private void push(String instance, int receivedAt, long bucket, int period) {
    watermark.observe(watermark.heard(instance, (LATER + receivedAt) * 1000L), bucket, period);
  }
}
