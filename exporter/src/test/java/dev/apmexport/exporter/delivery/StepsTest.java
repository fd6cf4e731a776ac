package dev.apmexport.exporter.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StepsTest {
  @Test
  void points_of_one_time_are_one_step() {
    List<Step> steps = cut(new Steps.Layout(1, 100), List.of(point("a", 1), point("b", 1), point("a", 2)));
    assertThat(steps).extracting(step -> step.batch().atMillis()).containsExactly(1L, 2L);
    assertThat(steps).extracting(step -> step.batch().size()).containsExactly(2, 1);
    assertThat(steps).extracting(Step::number).containsExactly(0L, 1L);
  }

  @Test
  void a_step_holds_no_more_than_a_request_takes() {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      points.add(point("s" + i, 7));
    }
    List<Step> steps = cut(new Steps.Layout(1, 100), points);
    assertThat(steps).extracting(step -> step.batch().size()).containsExactly(100, 100, 50);
    assertThat(steps.stream().flatMap(step -> Arrays.stream(step.batch().series())).distinct()).hasSize(250);
  }

  @Test
  void a_series_stays_in_its_shard_and_every_shard_counts_for_itself() {
    List<Point> points = new ArrayList<>();
    for (int at = 0; at < 20; at++) {
      for (int i = 0; i < 50; i++) {
        points.add(point("s" + i, at));
      }
    }
    List<Step> steps = cut(new Steps.Layout(4, 100), points);
    for (int shard = 0; shard < 4; shard++) {
      int mine = shard;
      List<Step> own = steps.stream().filter(step -> step.shard() == mine).toList();
      assertThat(own).extracting(Step::number).containsExactlyElementsOf(LongStream.range(0, 20).boxed().toList());
      assertThat(own).allMatch(step -> Arrays.equals(step.batch().series(), own.getFirst().batch().series()));
    }
    assertThat(steps.stream().mapToInt(step -> step.batch().size()).sum()).isEqualTo(1_000);
  }

  @Test
  void numbers_go_on_where_an_earlier_try_ended() {
    List<Step> steps = new ArrayList<>();
    new Steps(new Steps.Layout(1, 100), 3, _ -> 17, steps::add).points(List.of(point("a", 1), point("a", 2)));
    assertThat(steps).extracting(Step::number).containsExactly(17L, 18L);
    assertThat(steps).allMatch(step -> step.pass() == 3 && step.booking().amendments().size() == 1);
  }

  @Test
  void a_fingerprint_is_of_the_points_whatever_their_order() {
    List<Point> points = new ArrayList<>(List.of(point("a", 1), point("b", 1), point("c", 1)));
    long fingerprint = cut(new Steps.Layout(1, 100), points).getFirst().fingerprint();
    Collections.shuffle(points, new Random(5));
    assertThat(cut(new Steps.Layout(1, 100), points).getFirst().fingerprint()).isEqualTo(fingerprint);
    assertThat(fingerprint).as("stays the same between versions, since ledgers hold it")
        .isEqualTo(5139222042286656936L);
    assertThat(cut(new Steps.Layout(1, 100), List.of(point("a", 1), point("b", 1))).getFirst().fingerprint())
        .isNotEqualTo(fingerprint);
    assertThat(
        cut(new Steps.Layout(1, 100), List.of(point("a", 2), point("b", 2), point("c", 2))).getFirst().fingerprint())
        .isNotEqualTo(fingerprint);
  }

  private static List<Step> cut(Steps.Layout layout, List<Point> points) {
    List<Step> steps = new ArrayList<>();
    Steps.first(layout, steps::add).points(points);
    return steps;
  }

  private static Point point(String name, long at) {
    return new Point(new Series(name, Labels.NONE), at, 1.5);
  }
}
