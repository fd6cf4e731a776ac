package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.reconcile.ReconciliationReport.Refusal;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.select.Selector;
import dev.apmexport.exporter.select.SelectorSyntaxException;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.prometheus.Credentials;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** One run with one export, from its log to a receiver, all in this process and on virtual time. */
final class PlayedRun implements AutoCloseable {
  static final List<MetricEntry> ENTRIES = List.of(entry("vus", null), entry("http_reqs", null),
      entry("data_sent", null),
      entry("queue_length", null), entry("checks", null), entry("http_req_duration", null),
      entry("http_reqs{status=~\"5..\"}", "errors", "url"));

  final VirtualTimeline time = new VirtualTimeline(MadeUpRun.START * 1000);
  final InMemoryRunFeed feed = new InMemoryRunFeed();
  final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  final FakePrometheus prometheus;
  final MadeUpRun run;
  final RunSettings settings;
  final ExportConfig config;
  final List<MadeUpRun.Sample> appended = new ArrayList<>();
  private final Map<Integer, Long> heard = new HashMap<>();
  InMemoryLedger ledger = new InMemoryLedger();
  Exporter exporter;

  PlayedRun(MadeUpRun run, int resampleRate, Duration outOfOrder) {
    this(run, resampleRate, outOfOrder, FakePrometheus.Rules.prometheus(outOfOrder.toMillis()));
  }

  /** @param outOfOrder the window that the export declares, whatever the receiver's rules are */
  PlayedRun(MadeUpRun run, int resampleRate, Duration outOfOrder, FakePrometheus.Rules rules) {
    this.run = run;
    this.prometheus = new FakePrometheus(time, rules);
    this.settings = new RunSettings("42", run.period, 10_000, 10_000, RunSettings.FOLD_VERSION);
    Amendment amendment = outOfOrder.isZero() ? new Amendment.Refused() : new Amendment.OutOfOrder(outOfOrder);
    this.config = new ExportConfig("prometheus", resampleRate, false, ENTRIES,
        new RemoteWriteConfig(prometheus.uri(), new Credentials.None(), amendment));
    start();
  }

  static MetricEntry entry(String source, String target, String... keepTags) {
    try {
      return new MetricEntry(null, Selector.parse(source), target, List.of(keepTags));
    } catch (SelectorSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** One that shows the same steps as settled, with points that no rules make. */
  InMemoryLedger forgedLedger() {
    InMemoryLedger forged = new InMemoryLedger();
    for (int shard = 0; shard < 4; shard++) {
      long settled = ledger.load().settled(Booking.FIRST_PASS, shard);
      for (long step = 0; step <= settled; step++) {
        forged.book(new Booking(Booking.FIRST_PASS, shard, step, 0, 4711, 1, List.of()));
      }
      forged.settle(Booking.FIRST_PASS, shard, settled);
    }
    return forged;
  }

  Exporter.Means means() {
    return new Exporter.Means(http, RetryPolicy.standard(), time, time.threads());
  }

  void start() {
    exporter = new Exporter(settings, List.of(new Export(0, config, ledger)), feed, means());
  }

  /** The worker dies; another takes over and plays the log from its beginning. */
  void kill() {
    exporter.close();
    ledger = ledger.takeOver();
    start();
  }

  /** Waits until this second and appends the push. */
  void append(MadeUpRun.Push push) throws InterruptedException {
    time.sleep(Duration.ofMillis(push.second() * 1000 - time.millis()));
    feed.append(LogRecord.Kind.METRIC_SET, "load-" + push.generator(), time.millis(), push.payload(run.period));
    appended.addAll(push.samples());
    heard.put(push.generator(), push.second());
  }

  void advance() throws InterruptedException {
    while (exporter.advance()) {
      assertThat(exporter.position()).isPositive();
    }
  }

  /** The log is closed, and the live pass comes to its end. */
  void finish() throws InterruptedException {
    feed.finish(time.millis());
    advance();
    while (!exporter.isDrained(0)) {
      time.sleep(Duration.ofSeconds(1));
      advance();
    }
    assertThat(exporter.hasEnded()).isTrue();
    assertThat(exporter.position()).isEqualTo(feed.head());
  }

  SecondPass.Result secondPass(int revision) throws InterruptedException {
    exporter.close();
    ledger = ledger.takeOver();
    return secondPass(revision, ledger, Duration.ofMinutes(5));
  }

  /** @param patience until when a failing destination is tried */
  SecondPass.Result secondPass(int revision, Ledger with, Duration patience) throws InterruptedException {
    return new SecondPass(settings, new Export(0, config, with), feed, means(),
        SecondPass.Order.of(revision, time.instant().plus(patience)))
        .run();
  }

  Truth truth() {
    int seconds = Window.effectiveSeconds(config.resampleRate(), run.period);
    return new Truth(appended, ENTRIES, seconds, run.period, settings.silence());
  }

  void assertBalanced(String what) {
    ExportStatus status = exporter.status(0);
    ExportStatus.Samples samples = status.samples();
    assertThat(samples.read()).as(what).isEqualTo(samples.selected() + samples.unselected() + samples.refused());
    assertThat(samples.read()).as(what).isEqualTo(appended.stream().count());
    assertThat(status.windows().sealed()).as(what).isEqualTo(status.windows().accepted() + status.windows().pending());
    assertThat(status.points().rejected()).as(what).isZero();
    assertThat(status.points().pending()).as(what).isZero();
    assertThat(status.points().accepted()).as(what).isEqualTo(prometheus.points());
    assertThat(status.state()).as(what).isEqualTo(ExportStatus.State.LIVE);
  }

  /**
   * The report is true: what it calls refused, and nothing else, is not as it should be, but for what it says that it
   * cannot know. Returns how many points are not as they should be.
   */
  long assertTrue(ReconciliationReport report, String what) {
    Map<String, NavigableMap<Long, Double>> truth = truth().points();
    Map<String, NavigableMap<Long, Double>> held = prometheus.content();
    long wrong = 0;
    for (Map.Entry<String, NavigableMap<Long, Double>> series : truth.entrySet()) {
      NavigableMap<Long, Double> mine = held.getOrDefault(series.getKey(), new TreeMap<>());
      NavigableMap<Long, Double> right = new TreeMap<>(series.getValue());
      double last = right.lastEntry().getValue();
      mine.tailMap(right.lastKey(), false).keySet().forEach(at -> right.put(at, last));
      for (Map.Entry<Long, Double> point : right.entrySet()) {
        if (!same(mine.get(point.getKey()), point.getValue())) {
          wrong++;
          assertThat(report.refusals())
              .as("%s: %s @%d is %s, should be %s", what, series.getKey(), point.getKey(), mine.get(point.getKey()),
                  point.getValue())
              .anyMatch(refusal -> refusal.series().equals(series.getKey()) && refusal.fromMillis() <= point.getKey()
                  && point.getKey() <= refusal.toMillis());
        }
      }
    }
    assertThat(report.refused()).as(what + " refused").isBetween(wrong, wrong + doubted(report));
    assertThat(report.exact()).as(what + " exact").isEqualTo(report.refused() == 0);
    assertThat(report.expected()).as(what + " equation")
        .isEqualTo(report.asExpected() + report.filled() + report.corrected() + report.refused() + report.pending());
    assertThat(report.expected()).as(what + " expected").isEqualTo(truth().size() + closings(truth, held, what));
    assertThat(prometheus.violations()).as(what).isEmpty();
    return wrong;
  }

  /** How many corrections may have met their receiver after an earlier value that was sent and never answered. */
  static long doubted(ReconciliationReport report) {
    return report.refusals().stream().filter(PlayedRun::isDoubted).mapToLong(Refusal::points).sum();
  }

  static boolean isDoubted(Refusal refusal) {
    return refusal.reason().startsWith("an unanswered request with the earlier value");
  }

  /** Every point beyond the truth closes a total, or did once, and every total ends right. */
  private static long closings(Map<String, NavigableMap<Long, Double>> truth,
      Map<String, NavigableMap<Long, Double>> held, String what) {
    long closings = 0;
    assertThat(truth.keySet()).as(what).containsAll(held.keySet());
    for (Map.Entry<String, NavigableMap<Long, Double>> series : held.entrySet()) {
      NavigableMap<Long, Double> right = truth.get(series.getKey());
      if (Truth.isTotal(series.getKey())) {
        assertThat(same(series.getValue().lastEntry().getValue(), right.lastEntry().getValue()))
            .as(what + ": end of " + series).isTrue();
      }
      if (series.getValue().lastKey() > right.lastKey()) {
        assertThat(Truth.isTotal(series.getKey())).as(what + ": " + series).isTrue();
        closings += series.getValue().tailMap(right.lastKey(), false).size();
      }
      assertThat(right.keySet()).as(what + ": " + series.getKey())
          .containsAll(series.getValue().headMap(right.lastKey(), true).keySet());
    }
    return closings;
  }

  static boolean same(Double a, Double b) {
    return a != null && b != null && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  }

  @Override
  public void close() {
    exporter.close();
    http.close();
    prometheus.close();
  }
}
