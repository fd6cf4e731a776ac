package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MissingPointsTest {
  private static final Series GAUGE = new Series("gauge", Labels.NONE);

  @Test
  void what_was_put_in_comes_out_once_in_its_order() {
    MissingPoints missing = new MissingPoints();
    for (int round = 1; round < 4; round++) {
      List<Point> points = IntStream.range(0, 1_000 * round).mapToObj(i -> new Point(GAUGE, i * 1_000L, i / 3.0))
          .toList();
      points.forEach(missing::add);
      assertThat(drained(missing)).isEqualTo(points);
      assertThat(drained(missing)).isEmpty();
    }
  }

  private static List<Point> drained(MissingPoints missing) {
    List<Point> points = new ArrayList<>();
    missing.drainTo(points::add);
    return points;
  }
}
