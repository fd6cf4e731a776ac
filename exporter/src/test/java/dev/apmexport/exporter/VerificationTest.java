package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.ReadBackResult;
import dev.apmexport.exporter.reconcile.ReadBackResult.Difference;
import dev.apmexport.exporter.sink.ReadBack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class VerificationTest extends ExporterFixture {
  private static final long END = (START + 30) * 1000;

  private final Memory held = new Memory();

  /** What the destination of the eighth export holds, which a test may change; it may also be hard to ask. */
  private final class Memory implements ReadBack {
    private final Map<Series, TreeMap<Long, Double>> points = new HashMap<>();
    private final Deque<Failed> failures = new ArrayDeque<>();
    private final List<Range> asked = new ArrayList<>();
    private final List<Labels> labels = new ArrayList<>();
    private Duration hides = Duration.ZERO;
    private Instant findsFrom = Instant.MIN;
    private boolean closed;

    @Override
    public void read(Collection<String> names, Labels common, long fromMillis, long toMillis, Point.Receiver out)
        throws Failed {
      if (!failures.isEmpty()) { throw failures.pop(); }
      asked.add(new Range(fromMillis, toMillis + 1));
      labels.add(common);
      points.forEach((series, values) -> {
        if (names.contains(series.name())) {
          values.subMap(fromMillis, true, toMillis, true).forEach((at, value) -> {
            boolean old = at <= time.instant().minus(hides).toEpochMilli();
            if (old && !time.instant().isBefore(findsFrom)) {
              out.point(series, at, value);
            }
          });
        }
      });
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** A run of half a minute in which three addresses are asked once a second, exported to the end. */
  private void run() throws InterruptedException {
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 30, 3);
    finish();
    held.points.putAll(fast.points());
    fast.askedThrough(held);
  }

  private ReadBackResult verify() throws InterruptedException {
    return verify(Range.ALL, List.of());
  }

  private ReadBackResult verify(Range range, List<Point> beside) throws InterruptedException {
    Export export = new Export(8, new ExportConfig("prometheus", 1, false, entries, fast), ledgers.get(1));
    return new Verification(settings, export, feed,
        new Exporter.Means(http, RetryPolicy.standard(), time, time.threads())).run(feed.head(), range, beside);
  }

  @Test
  void everything_that_is_there_is_read_once_and_equal() throws InterruptedException {
    run();
    assertThat(verify()).isEqualTo(ReadBackResult.of(3 * 31, 0, List.of()));
    assertThat(held.asked).containsExactly(new Range(START * 1000, END + 1));
    assertThat(held.closed).isTrue();
  }

  @Test
  void a_destination_that_nobody_can_ask_has_no_result() throws InterruptedException {
    run();
    fast.askedThrough(null);
    assertThat(verify()).isNull();
  }

  @Test
  void what_is_missing_wrong_or_too_much_is_told_in_the_order_of_time() throws InterruptedException {
    run();
    points(1).remove(END);
    points(2).put(END - 7_000, 22.5);
    points(0).put(END - 6_500, 23.0);
    assertThat(verify()).isEqualTo(ReadBackResult.of(3 * 31, 3,
        List.of(new Difference(series(2).toString(), END - 7_000, 23.0, 22.5),
            new Difference(series(0).toString(), END - 6_500, null, 23.0),
            new Difference(series(1).toString(), END, 30.0, null))));
  }

  @Test
  void values_may_differ_in_the_tenth_place_and_no_earlier() throws InterruptedException {
    run();
    points(1).put(END, 30.0 * (1 + 5e-10));
    assertThat(verify().verified()).isTrue();
    points(1).put(END, 30.0 * (1 + 2e-9));
    assertThat(verify().differences())
        .containsExactly(new Difference(series(1).toString(), END, 30.0, 30.0 * (1 + 2e-9)));
  }

  @Test
  void series_of_others_do_not_count() throws InterruptedException {
    run();
    held.points.put(new Series("k6_http_reqs", Labels.of("url", "/1", "test_run_id", "other")),
        new TreeMap<>(Map.of(END, 7.0)));
    held.points.put(new Series("k6_http_reqs", Labels.NONE), new TreeMap<>(Map.of(END, 7.0)));
    assertThat(verify().verified()).isTrue();
  }

  @Test
  void of_many_differences_a_thousand_are_told_and_all_are_counted() throws InterruptedException {
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 30, 100);
    finish();
    fast.askedThrough(held);
    ReadBackResult result = verify();
    assertThat(result.verified()).isFalse();
    assertThat(result.pointsRead()).isEqualTo(3_100);
    assertThat(result.pointsDifferent()).isEqualTo(3_100);
    assertThat(result.differences()).hasSize(1_000)
        .allMatch(difference -> difference.found() == null && difference.atMillis() <= START * 1000 + 10_000);
  }

  @Test
  void a_long_run_is_read_in_stretches_that_leave_no_gap() throws InterruptedException {
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 30, 2_500);
    finish();
    time.sleep(Duration.ofMinutes(1));
    held.points.putAll(fast.points());
    long missing = START * 1000 + 20_000;
    points(2_499).remove(missing);
    points(7).put(missing + 500, 1.0);
    fast.askedThrough(held);
    ReadBackResult result = verify();
    assertThat(result.pointsRead()).isEqualTo(2_500 * 31);
    assertThat(result.differences()).extracting(Difference::atMillis).containsExactly(missing, missing + 500);
    List<Range> asked = held.asked.stream().distinct().toList();
    assertThat(asked).hasSizeGreaterThan(1);
    for (int i = 1; i < asked.size(); i++) {
      assertThat(asked.get(i).fromMillis()).isEqualTo(asked.get(i - 1).toMillis());
    }
  }

  @Test
  void only_a_range_is_read_where_only_that_was_sent() throws InterruptedException {
    run();
    held.points.values().forEach(values -> values.headMap(END - 10_000).clear());
    assertThat(verify(new Range(END - 10_000, END), List.of())).isEqualTo(ReadBackResult.of(3 * 10, 0, List.of()));
  }

  @Test
  void what_shows_only_after_a_while_is_waited_for() throws InterruptedException {
    run();
    held.hides = Duration.ofSeconds(30);
    held.findsFrom = time.instant().plusSeconds(4);
    assertThat(verify().verified()).isTrue();
    assertThat(time.instant()).isBefore(Instant.ofEpochMilli(END).plusSeconds(41));
  }

  @Test
  void what_must_show_by_now_is_not_waited_for_any_longer() throws InterruptedException {
    run();
    points(1).remove(END - 20_000);
    time.sleep(Duration.ofHours(1));
    Instant begin = time.instant();
    assertThat(verify().pointsDifferent()).isOne();
    assertThat(Duration.between(begin, time.instant())).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void a_destination_that_cannot_answer_at_once_is_asked_again() throws InterruptedException {
    run();
    for (int i = 0; i < 4; i++) {
      held.failures.add(new ReadBack.Failed("Busy.", true));
    }
    assertThat(verify().verified()).isTrue();
  }

  @Test
  void a_destination_that_cannot_be_asked_proves_nothing() throws InterruptedException {
    run();
    for (int i = 0; i < 5; i++) {
      held.failures.add(new ReadBack.Failed("Busy.", true));
    }
    assertThat(verify()).isEqualTo(ReadBackResult.unknown("The points could not be read back: Busy."));
    held.failures.add(new ReadBack.Failed("Who are you?", false));
    ReadBackResult refused = verify();
    assertThat(refused.verified()).isNull();
    assertThat(refused.readBackError()).isEqualTo("The points could not be read back: Who are you?");
    assertThat(held.closed).isTrue();
  }

  /** Such as one that closes a total: it is right that it is there, and wrong if it is not. */
  @Test
  void a_point_that_a_second_pass_has_sent_beside_the_log_s_own_is_expected_as_well() throws InterruptedException {
    run();
    Point closing = new Point(series(1), END + 1_000, 31);
    assertThat(verify(Range.ALL, List.of(closing)).differences())
        .containsExactly(new Difference(series(1).toString(), END + 1_000, 31.0, null));
    points(1).put(END + 1_000, 31.0);
    assertThat(verify(Range.ALL, List.of(closing))).isEqualTo(ReadBackResult.of(3 * 31 + 1, 0, List.of()));
    points(1).put(END + 1_000, 30.0);
    assertThat(verify(Range.ALL, List.of(closing)).differences())
        .containsExactly(new Difference(series(1).toString(), END + 1_000, 31.0, 30.0));
  }

  /** A run's summary that has moved is of a series that the log names only later. */
  @Test
  void a_series_is_asked_for_from_the_first_point_that_stands_beside_the_log_s_own() throws InterruptedException {
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 30, 2_500);
    finish();
    time.sleep(Duration.ofMinutes(1));
    held.points.putAll(fast.points());
    fast.askedThrough(held);
    Series summary = new Series("k6_run_http_reqs_count", Labels.NONE);
    Point early = new Point(summary, START * 1000 + 1_000, 118);
    held.points.put(summary, new TreeMap<>(Map.of(early.atMillis(), 18.0)));
    assertThat(verify(Range.ALL, List.of(early)).differences())
        .containsExactly(new Difference(summary.toString(), early.atMillis(), 118.0, 18.0));
  }

  private static Series series(int url) {
    return new Series("k6_http_reqs", Labels.of("url", "/" + url));
  }

  private TreeMap<Long, Double> points(int url) {
    return held.points.get(series(url));
  }
}
