package dev.apmexport.worker.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.replay.ReplayProgress;
import org.junit.jupiter.api.Test;

class SpeedTest {
  private final Speed speed = new Speed();

  @Test
  void nothing_is_known_at_the_beginning() {
    ReplayProgress progress = at(0, 0, 0);

    assertThat(progress.pointsPerSecond()).isZero();
    assertThat(progress.secondsLeft()).isNull();
  }

  @Test
  void the_time_left_is_that_of_the_steps_left_at_the_speed_so_far() {
    at(0, 0, 0);
    ReplayProgress progress = at(4, 20, 1_000);

    assertThat(progress.pointsPerSecond()).isEqualTo(250);
    assertThat(progress.secondsLeft()).isEqualTo(16);
  }

  @Test
  void only_the_last_ten_seconds_count() {
    for (int second = 0; second <= 20; second++) {
      at(second, second, second * 100L);
    }
    for (int second = 21; second < 31; second++) {
      at(second, 20, 2_000);
    }
    ReplayProgress standing = at(31, 20, 2_000);

    assertThat(standing.pointsPerSecond()).isZero();
    assertThat(standing.secondsLeft()).isNull();
    assertThat(standing.stepsDone()).isEqualTo(20);
  }

  @Test
  void no_time_left_is_told_where_the_number_of_steps_is_not_known() {
    speed.progress(new Speed.Reading(0, 0, 0, 0, 0, null));

    assertThat(speed.progress(new Speed.Reading(1_000, 0, 5, 50, 5, "busy"))).isEqualTo(
        new ReplayProgress(0, 5, 50, 5, 55, null, "busy"));
  }

  private ReplayProgress at(int second, long stepsDone, long sent) {
    return speed.progress(new Speed.Reading(second * 1_000L, 100, stepsDone, sent, 0, null));
  }
}
