package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.datadog.DatadogConfig;
import dev.apmexport.exporter.sink.datadog.FakeDatadog;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.LogRecord;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One run with one export to an intake with Datadog's rules, all in this process and on virtual time. */
final class DatadogRun implements AutoCloseable {
  final VirtualTimeline time;
  final InMemoryRunFeed feed = new InMemoryRunFeed();
  final FakeDatadog datadog;
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final RunSettings settings;
  private final ExportConfig config;
  private InMemoryLedger ledger = new InMemoryLedger();
  private Exporter exporter;

  DatadogRun(long startSecond, int period, int resampleRate, List<MetricEntry> entries) {
    this(startSecond, period, uri -> new ExportConfig("datadog", resampleRate, false, entries,
        new DatadogConfig(uri, new Secret(FakeDatadog.KEY))));
  }

  /** With a block as a user writes it, in single quotes, without provider, key and address. */
  static DatadogRun of(long startSecond, int period, String block) {
    return new DatadogRun(startSecond, period, uri -> {
      ObjectNode keys = (ObjectNode) JsonMapper.shared().readTree(block.replace('\'', '"'));
      keys.put("provider", "datadog").put("apiKey", FakeDatadog.KEY).put("apiURL", uri.toString());
      ApmBlock read = ApmBlocks.readBlock(0, keys);
      assertThat(read.config()).as("%s", read.problems()).isNotNull();
      return read.config();
    });
  }

  private DatadogRun(long startSecond, int period, Function<URI, ExportConfig> block) {
    time = new VirtualTimeline(startSecond * 1000);
    datadog = new FakeDatadog(time);
    settings = new RunSettings("42", period, 10_000, 10_000, RunSettings.FOLD_VERSION);
    config = block.apply(datadog.uri());
    exporter = start();
  }

  private Exporter start() {
    return new Exporter(settings, List.of(new Export(0, config, ledger)), feed, means());
  }

  private Exporter.Means means() {
    return new Exporter.Means(http, RetryPolicy.standard(), time, time.threads());
  }

  /** The worker dies; another takes over and plays the log from its beginning. */
  void kill() {
    exporter.close();
    ledger = ledger.takeOver();
    exporter = start();
  }

  /** Waits until this second and appends the push. */
  void append(long second, String instance, byte[] payload) throws InterruptedException {
    time.sleep(Duration.ofMillis(Math.max(0, second * 1000 - time.millis())));
    feed.append(LogRecord.Kind.METRIC_SET, instance, time.millis(), payload);
  }

  void advance() throws InterruptedException {
    while (exporter.advance()) {
      assertThat(exporter.position()).isPositive();
    }
  }

  /** Waits until all that was read has arrived, so that hours of virtual time need no fast machine. */
  void settle() throws InterruptedException {
    time.until(() -> exporter.isDrained(0));
  }

  /** Notes that the requests with all steps so far were given up at this moment without an answer, and then taken. */
  Instant loseAnswers() {
    Instant now = time.instant();
    LedgerState booked = ledger.load();
    for (int shard = 0; shard < 8; shard++) {
      for (long step = 0; step < booked.nextStep(Booking.FIRST_PASS, shard); step++) {
        ledger.doubtful(Booking.FIRST_PASS, shard, step, now.toEpochMilli());
      }
    }
    return now;
  }

  /** The log is closed, and the live pass comes to its end. */
  ExportStatus finish() throws InterruptedException {
    feed.finish(time.millis());
    advance();
    while (!exporter.isDrained(0)) {
      time.sleep(Duration.ofSeconds(1));
      advance();
    }
    return exporter.status(0);
  }

  ReconciliationReport secondPass(int revision) throws InterruptedException {
    return result(revision).report();
  }

  SecondPass.Result result(int revision) throws InterruptedException {
    return pass(revision).run();
  }

  SecondPass pass(int revision) {
    return pass(revision, Duration.ofMinutes(5));
  }

  SecondPass pass(int revision, Duration patience) {
    exporter.close();
    ledger = ledger.takeOver();
    return new SecondPass(settings, new Export(0, config, ledger), feed, means(),
        SecondPass.Order.of(revision, time.instant().plus(patience)));
  }

  /** Of everything, to where the run went. */
  Replay replay() {
    List<Forerunner> own = List.of(new Forerunner(new Export(0, config, ledger), FirstPass.LIVE));
    return new Replay(settings, new Export(0, config, new InMemoryLedger()), feed, means(),
        new Replay.Plan(Range.ALL, Duration.ofHours(1), time.instant(), own), new PassProgress());
  }

  /** What the run has shown about the block. */
  List<String> warnings() {
    return exporter.status(0).warnings().stream().map(Problem::toString).toList();
  }

  /** What Datadog shows, whatever the host that version 1 names. */
  private Map<String, NavigableMap<Long, Double>> held() {
    Map<String, NavigableMap<Long, Double>> held = new TreeMap<>();
    datadog.content().forEach((series, points) -> held.put(series.replaceFirst("@k6$", ""), points));
    return held;
  }

  /** What Datadog shows of a series, as {@link DatadogTruth} names it, at one second. */
  @Nullable
  Double held(String series, long second) {
    return held().getOrDefault(series, new TreeMap<>()).get(second);
  }

  /** How many points of the truth are not held, or with another value. */
  long wrong(DatadogTruth truth) {
    Map<String, NavigableMap<Long, Double>> held = held();
    return truth.points().entrySet().stream().mapToLong(series -> {
      NavigableMap<Long, Double> mine = held.getOrDefault(series.getKey(), new TreeMap<>());
      return series.getValue().entrySet().stream()
          .filter(point -> !DatadogTruth.isRight(series.getKey(), mine.get(point.getKey()), point.getValue())).count();
    }).sum();
  }

  /** Datadog holds the truth and nothing else, the report says so, and it never was sent what it must not be. */
  void assertExact(ReconciliationReport report, List<Sample> samples, int seconds, String what) {
    DatadogTruth truth = new DatadogTruth(samples, config.metrics(), seconds);
    Map<String, NavigableMap<Long, Double>> held = held();
    assertThat(held.keySet()).as(what).isEqualTo(truth.points().keySet());
    truth.points().forEach((series, points) -> {
      assertThat(held.get(series).keySet()).as("%s: %s", what, series).isEqualTo(points.keySet());
      points.forEach((at, value) -> assertThat(DatadogTruth.isRight(series, held.get(series).get(at), value))
          .as("%s: %s @%d is %s, should be %s", what, series, at, held.get(series).get(at), value).isTrue());
    });
    assertThat(report.exact()).as("%s: %s", what, report).isTrue();
    assertThat(report.expected()).as(what).isEqualTo(truth.size())
        .isEqualTo(report.asExpected() + report.filled() + report.corrected());
    assertThat(datadog.violations()).as(what).isEmpty();
    assertThat(datadog.dropped()).as(what).isZero();
  }

  @Override
  public void close() {
    exporter.close();
    http.close();
    datadog.close();
  }
}
