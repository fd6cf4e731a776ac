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

/**
 * What a destination holds and what is right, as texts of {@code time=value}; times are seconds, windows are of one
 * second. The series {@code total} runs on from the run's start, others do not.
 */
abstract class ReconciliationFixture {
  private static final long NOW = 10_000_000;
  private static final Amendment NONE = new Amendment.Refused();
  static final Amendment TEN_MINUTES = new Amendment.OutOfOrder(Duration.ofMinutes(10));

  private final LedgerState ledger = new LedgerState();
  Amendment amendment = NONE;
  int revision = 1;
  Reconciliation difference;
  List<Point> points;

  Reconciliation difference() {
    if (difference == null) {
      difference = new Reconciliation(revision, amendment, NOW, ledger);
    }
    return difference;
  }

  /** What an earlier second pass had accepted. */
  void amended(int pass, String... texts) {
    for (int i = 0; i < texts.length; i++) {
      String[] words = texts[i].split("[ =]");
      Point point = new Point(series(words[0]), Long.parseLong(words[1]) * 1000, Double.parseDouble(words[2]));
      ledger.booked(new Booking(pass, 0, i, point.atMillis(), 0, 1, List.of(point)));
      ledger.settled(pass, 0, i);
    }
  }

  void compare(String series, String accepted, String expected) {
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

  List<Point> finish() {
    difference().compareBefore(2_000);
    return difference().finish(series -> series.name().startsWith("total"), 1_000);
  }

  /** Sends all that is to be sent; returns it as text, sorted by time and series. */
  List<String> send() {
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

  ReconciliationReport report() {
    return difference.report(0, null);
  }

  /** The reason or the word "exact", then all counts that are not zero. */
  void assertReport(String expected) {
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
