package dev.apmexport.store.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AmendmentsTest {
  private final Amendments amendments = new Amendments();

  private static Series series(String url) {
    return new Series("k6_http_reqs_total", Labels.of(Map.of("url", url, "städte", "Köln")));
  }

  private static byte[] encoded(Point... points) {
    return Objects.requireNonNull(Amendments.encode(List.of(points)));
  }

  @Test
  void points_come_back_as_they_were_bit_for_bit() {
    Point end = Point.endMark(series("/a"), 5_000);
    List<Point> read = amendments
        .decode(encoded(new Point(series("/a"), 5_000, -0.0), new Point(series("/b"), 5_000, 1e300), end), 5_000);
    assertThat(read).extracting(Point::series).containsExactly(series("/a"), series("/b"), series("/a"));
    assertThat(read).extracting(point -> Double.doubleToRawLongBits(point.value()))
        .containsExactly(Double.doubleToRawLongBits(-0.0), Double.doubleToRawLongBits(1e300),
            Double.doubleToRawLongBits(end.value()));
  }

  @Test
  void a_series_is_made_once_however_many_batches_it_stands_in() {
    Series first = amendments.decode(encoded(new Point(series("/a"), 1, 1)), 1).getFirst().series();
    Series second = amendments.decode(encoded(new Point(series("/b"), 2, 1), new Point(series("/a"), 2, 1)), 2).get(1)
        .series();
    assertThat(second).isSameAs(first);
  }

  @Test
  void a_first_pass_books_no_points() {
    assertThat(Amendments.encode(List.of())).isNull();
    assertThat(amendments.decode(null, 1)).isEmpty();
  }

  @Test
  void what_is_cut_off_is_told_wherever_the_cut_is() {
    byte[] whole = encoded(new Point(series("/a"), 1, 1));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> new Amendments().decode(cut, 1)).isInstanceOf(IllegalStateException.class)
          .hasMessage("The ledger holds a second-pass batch that cannot be read.");
    }
  }
}
