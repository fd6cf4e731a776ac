package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a destination holds and what is right, as texts of {@code time=value}; times are seconds, windows are of one second. The series
 * {@code total} runs on from the run's start, others do not.
 */
class ReconciliationTest {
  private static final long NOW = 10_000_000;
  private static final Amendment NONE = new Amendment.Refused();
  private static final Amendment TEN_MINUTES = new Amendment.OutOfOrder(Duration.ofMinutes(10));

  private final LedgerState ledger = new LedgerState();
  private Amendment amendment = NONE;
  private int revision = 1;
  private Reconciliation difference;
  private List<Point> points;

  @Test
  void what_is_right_needs_nothing() {
    compare("total", "1=0 2=5 3=5", "1=0 2=5 3=5.000000001");
    assertThat(send()).isEmpty();
    assertReport("exact expected 3 asExpected 3");
  }

  @Test
  void a_difference_beyond_rounding_is_a_difference() {
    compare("gauge", "1=5 2=1", "1=5.00000001 2=1");
    assertThat(send()).isEmpty();
    assertReport("accepted with another value, receiver not declared out-of-order: expected 2 asExpected 1 refused 1");
  }

  @Test
  void what_is_missing_at_the_end_is_sent_in_order() {
    compare("total", "1=0 2=5", "1=0 2=5 3=6 4=7");
    compare("gauge", "", "2=1 4=2");
    assertThat(send()).containsExactly("gauge 2=1.0", "total 3=6.0", "gauge 4=2.0", "total 4=7.0");
    assertReport("exact expected 6 asExpected 2 filled 4");
  }

  @Test
  void a_gap_is_refused_where_the_receiver_takes_nothing_older() {
    compare("gauge", "1=1 3=3", "1=1 2=2 3=3 4=4");
    assertThat(send()).containsExactly("gauge 4=4.0");
    assertReport(
        "missing before accepted points, receiver not declared out-of-order: expected 4 asExpected 2 filled 1 refused 1");
  }

  @Test
  void a_gap_is_filled_where_the_receiver_declares_it() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9992=3", "9990=1 9991=2 9992=3");
    assertThat(send()).containsExactly("gauge 9991=2.0");
    assertReport("exact expected 3 asExpected 2 filled 1");
  }

  @Test
  void what_is_older_than_the_receivers_window_is_refused() {
    amendment = TEN_MINUTES;
    compare("gauge", "9000=1 9990=3", "9000=2 9001=2 9990=3");
    assertThat(send()).isEmpty();
    assertReport(
        "missing before accepted points, older than the receiver's out-of-order window: expected 3 asExpected 1 refused 2");
  }

  @Test
  void a_changed_value_is_corrected_in_place_but_for_the_newest_of_its_series() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=7 9992=8");
    assertThat(send()).containsExactly("gauge 9991=7.0");
    assertReport(
        "accepted with another value, and it is the series' newest sample: expected 3 asExpected 1 corrected 1 refused 1");
  }

  @Test
  void a_newest_value_may_be_corrected_once_newer_ones_follow() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9991=2", "9990=1 9991=7 9992=8");
    assertThat(send()).containsExactly("gauge 9991=7.0", "gauge 9992=8.0");
    assertReport("exact expected 3 asExpected 1 filled 1 corrected 1");
  }

  @Test
  void a_total_that_ends_wrong_gets_one_closing_point() {
    compare("total", "1=0 2=5 3=5", "1=0 2=5 3=9");
    assertThat(send()).containsExactly("total 4=9.0");
    assertReport(
        "accepted with another value, receiver not declared out-of-order: expected 4 asExpected 2 filled 1 refused 1"
            .replace("receiver not declared out-of-order", "and it is the series' newest sample"));
  }

  @Test
  void a_total_that_comes_right_by_itself_gets_none() {
    compare("total", "1=0 2=5 3=9", "1=0 2=7 3=9");
    assertThat(send()).isEmpty();
    assertReport("accepted with another value, receiver not declared out-of-order: expected 3 asExpected 2 refused 1");
  }

  @Test
  void a_total_with_a_missing_end_is_closed_by_that_end() {
    compare("total", "1=0 2=5", "1=0 2=7 3=9");
    assertThat(send()).containsExactly("total 3=9.0");
    assertReport(
        "accepted with another value, receiver not declared out-of-order: expected 3 asExpected 1 filled 1 refused 1");
  }

  @Test
  void a_window_value_that_ends_wrong_gets_no_closing_point() {
    compare("gauge", "1=5", "1=9");
    assertThat(send()).isEmpty();
  }

  @Test
  void a_next_revision_sees_what_the_one_before_has_mended() {
    amended(1, "gauge 3=3", "total 4=9");
    revision = 2;
    compare("gauge", "1=1 2=2", "1=1 2=2 3=3");
    compare("total", "2=5 3=5", "2=5 3=9");
    assertThat(send()).isEmpty();
    assertReport("accepted with another value, and it is the series' newest sample: expected 6 asExpected 5 refused 1"
        .replace("and it is the series' newest sample", "receiver not declared out-of-order"));
  }

  @Test
  void a_total_that_changes_after_its_closing_point_is_closed_once_more() {
    amended(1, "total 4=9");
    revision = 2;
    compare("total", "2=5 3=5", "2=5 3=11");
    assertThat(send()).containsExactly("total 5=11.0");
    assertThat(report().asExpected() + report().filled() + report().refused()).isEqualTo(report().expected());
  }

  @Test
  void new_windows_may_run_over_an_earlier_closing_point() {
    amended(1, "total 4=9");
    revision = 2;
    compare("total", "2=5 3=5", "2=5 3=9 4=9 5=12");
    assertThat(send()).containsExactly("total 5=12.0");
    assertReport(
        "accepted with another value, receiver not declared out-of-order: expected 4 asExpected 2 filled 1 refused 1");
  }

  @Test
  void nothing_is_corrected_a_second_time() {
    amendment = TEN_MINUTES;
    amended(1, "gauge 9991=7");
    revision = 2;
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=8 9992=3");
    assertThat(send()).isEmpty();
    assertReport(
        "corrected once before, and a receiver may ignore a second correction: expected 3 asExpected 2 refused 1");
  }

  @Test
  void what_an_interrupted_try_of_the_same_revision_has_sent_is_its_own_work() {
    amendment = TEN_MINUTES;
    amended(1, "gauge 9991=7", "gauge 9993=4");
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=7 9992=3 9993=4");
    assertThat(send()).isEmpty();
    assertReport("exact expected 4 asExpected 2 filled 1 corrected 1");
  }

  @Test
  void an_interrupted_trys_closing_point_is_its_own_work_too() {
    amended(1, "total 4=9");
    compare("total", "2=5 3=5", "2=5 3=9");
    assertThat(send()).isEmpty();
    assertReport(
        "accepted with another value, receiver not declared out-of-order: expected 3 asExpected 1 filled 1 refused 1");
  }

  @Test
  void what_the_destination_refuses_is_told_in_its_words() {
    compare("gauge", "", "1=1 2=2");
    points = finish();
    points.forEach(point -> difference.rejected(point, "HTTP 400: out of bounds"));
    assertReport("HTTP 400: out of bounds: expected 2 refused 2");
    assertThat(report().refusals())
        .containsExactly(new ReconciliationReport.Refusal("gauge", 1_000, 2_000, 2, "HTTP 400: out of bounds"));
  }

  @Test
  void what_could_not_be_sent_in_time_is_pending() {
    compare("gauge", "", "1=1 2=2");
    points = finish();
    difference.sent(points.getFirst());
    assertThat(difference.report(1, false))
        .isEqualTo(new ReconciliationReport(1, false, "pending", 2, 0, 1, 0, 0, 1, List.of()));
  }

  @Test
  void what_cannot_be_known_is_not_exact() {
    compare("gauge", "1=1", "1=1");
    finish();
    assertThat(difference.report(0, true))
        .isEqualTo(new ReconciliationReport(1, false, "unproven", 1, 1, 0, 0, 0, 0, List.of()));
  }

  @Test
  void many_refusals_are_counted_and_the_first_of_them_listed() {
    for (int i = 0; i < 1_500; i++) {
      compare("gauge" + i, "1=1 2=2", "1=2 2=1");
    }
    finish();
    assertThat(report().refused()).isEqualTo(3_000);
    assertThat(report().refusals()).hasSize(1_000);
  }

  @Test
  void a_point_that_was_sent_and_is_not_demanded_is_left_alone() {
    compare("total", "1=0 2=5", "");
    assertThat(send()).isEmpty();
    assertReport("exact expected 0");
  }

  private Reconciliation difference() {
    if (difference == null) {
      difference = new Reconciliation(revision, amendment, NOW, ledger);
    }
    return difference;
  }

  /** What an earlier second pass had accepted. */
  private void amended(int pass, String... texts) {
    for (int i = 0; i < texts.length; i++) {
      String[] words = texts[i].split("[ =]");
      Point point = new Point(series(words[0]), Long.parseLong(words[1]) * 1000, Double.parseDouble(words[2]));
      ledger.booked(new Booking(pass, 0, i, point.atMillis(), 0, 1, List.of(point)));
      ledger.settled(pass, 0, i);
    }
  }

  private void compare(String series, String accepted, String expected) {
    for (String point : accepted.split(" ")) {
      if (!point.isEmpty()) {
        difference().accepted(series(series), time(point), value(point));
      }
    }
    for (String point : expected.split(" ")) {
      if (!point.isEmpty()) {
        difference().expected(series(series), time(point), value(point));
      }
    }
  }

  private List<Point> finish() {
    difference().compareBefore(2_000);
    return difference().finish(series -> series.name().startsWith("total"), 1_000);
  }

  /** Sends all that is to be sent; returns it as text, sorted by time and series. */
  private List<String> send() {
    points = finish();
    points.forEach(difference::sent);
    assertThat(points).extracting(Point::atMillis).isSorted();
    List<String> texts = new ArrayList<>(
        points.stream().map(point -> point.series() + " " + point.atMillis() / 1000 + "=" + point.value()).toList());
    texts.sort((a, b) -> a.split("[ =]")[1].equals(b.split("[ =]")[1]) ? a.compareTo(b)
        : Integer.compare(number(a), number(b)));
    return texts;
  }

  private static int number(String text) {
    return Integer.parseInt(text.split("[ =]")[1]);
  }

  private ReconciliationReport report() {
    return difference.report(0, false);
  }

  /** The reason or the word "exact", then all counts that are not zero. */
  private void assertReport(String expected) {
    ReconciliationReport report = report();
    StringBuilder text = new StringBuilder(report.exact() ? "exact expected " : report.reason() + ": expected ")
        .append(report.expected());
    count(text, "asExpected", report.asExpected());
    count(text, "filled", report.filled());
    count(text, "corrected", report.corrected());
    count(text, "refused", report.refused());
    assertThat(text).hasToString(expected);
    assertThat(report.asExpected() + report.filled() + report.corrected() + report.refused() + report.pending())
        .isEqualTo(report.expected());
  }

  private static void count(StringBuilder text, String name, long count) {
    if (count > 0) {
      text.append(' ').append(name).append(' ').append(count);
    }
  }

  private static Series series(String name) {
    return new Series(name, Labels.NONE);
  }

  private static long time(String point) {
    return Long.parseLong(point.split("=")[0]) * 1000;
  }

  private static double value(String point) {
    return Double.parseDouble(point.split("=")[1]);
  }
}
