package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/**
 * What a destination holds and what is right, as texts of {@code time=value}; times are seconds, windows are of one
 * second. The series {@code total} runs on from the run's start, others do not.
 */
abstract class ReconciliationFixture {
  private static final long NOW = 10_000_000;
  private static final Amendment NONE = new Amendment.Refused();
  static final Amendment TEN_MINUTES = new Amendment.OutOfOrder(Duration.ofMinutes(10));

  final LedgerState ledger = new LedgerState();
  Amendment amendment = NONE;
  boolean early;
  int revision = 1;
  private final List<Consumer<Reconciliation>> fed = new ArrayList<>();
  private final List<Point> points = new ArrayList<>();

  /** What an earlier second pass had accepted. */
  void amended(int pass, String... texts) {
    for (String text : texts) {
      String[] words = text.split("[ =]");
      accept(pass, new Point(series(words[0]), Long.parseLong(words[1]) * 1000, Double.parseDouble(words[2])));
    }
  }

  /** That an earlier second pass has marked the end of a series. */
  void marked(int pass, String series, long second) {
    accept(pass, Point.endMark(series(series), second * 1_000));
  }

  /** What an earlier second pass was about to send when it was interrupted. */
  void booked(int pass, String text) {
    String[] words = text.split("[ =]");
    book(pass, new Point(series(words[0]), Long.parseLong(words[1]) * 1000, Double.parseDouble(words[2])));
  }

  private void accept(int pass, Point point) {
    ledger.settled(pass, 0, book(pass, point));
  }

  private long book(int pass, Point point) {
    long step = ledger.nextStep(pass, 0);
    ledger.booked(new Booking(pass, 0, step, point.atMillis(), 0, 1, List.of(point)));
    return step;
  }

  void compare(String series, String accepted, String expected) {
    for (String point : accepted.split(" ")) {
      if (!point.isEmpty()) {
        fed.add(difference -> difference.accepted(series(series), time(point), value(point)));
      }
    }
    for (String point : expected.split(" ")) {
      if (!point.isEmpty()) {
        fed.add(difference -> difference.expected(series(series), time(point), value(point)));
      }
    }
  }

  /** Points of which a request of the first pass was given up this many seconds ago, whatever became of them then. */
  void unanswered(String series, int secondsAgo, String... texts) {
    for (String point : texts) {
      fed.add(difference -> difference.doubtful(series(series), time(point), value(point), since(secondsAgo)));
    }
  }

  /** Says the same of the latest step of a second pass. */
  void unanswered(int pass, int secondsAgo) {
    ledger.doubtful(pass, 0, ledger.nextStep(pass, 0) - 1, since(secondsAgo));
  }

  static long since(int secondsAgo) {
    return NOW - secondsAgo * 1_000L;
  }

  /** Says that the first pass got nothing of a series accepted from this second on. */
  void lost(String series, long second) {
    fed.add(difference -> difference.lost(series(series), second * 1_000));
  }

  /** Compares what was fed with the ledger as it is now. */
  Reconciliation compared(Consumer<Point> out) {
    return compared(out, (_, _) -> {});
  }

  Reconciliation compared(Consumer<Point> out, ObjLongConsumer<Point> later) {
    InstantSource now = InstantSource.fixed(Instant.ofEpochMilli(NOW));
    Reach reach = new Reach(amendment, now, _ -> true, early, now);
    Reconciliation difference = new Reconciliation(revision, reach, ledger, out).deferring(later);
    fed.forEach(feeding -> feeding.accept(difference));
    difference.compareBefore(2_000);
    difference.finish(series -> series.name().startsWith("total"), 1_000);
    difference.finishCorrections();
    return difference;
  }

  /** The points that are to be sent, in their order. */
  List<Point> toSend() {
    points.clear();
    compared(points::add);
    return points;
  }

  /** Sends all that is to be sent, which is accepted; returns it as text, sorted by time and series. */
  List<String> send() {
    toSend().forEach(point -> accept(revision, point));
    List<String> texts = new ArrayList<>(points.stream().map(ReconciliationFixture::text).toList());
    texts.sort((a, b) -> a.split("[ =]")[1].equals(b.split("[ =]")[1]) ? a.compareTo(b)
        : Integer.compare(number(a), number(b)));
    return texts;
  }

  static String text(Point point) {
    return point.series() + " " + point.atMillis() / 1000 + "=" + point.value();
  }

  private static int number(String text) {
    return Integer.parseInt(text.split("[ =]")[1]);
  }

  ReconciliationReport report() {
    return compared(_ -> {}).report(null, null);
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

  static long key(String series) {
    return series(series).key();
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
