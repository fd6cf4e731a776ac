package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExporterTest {
  private static final long START = MadeUpRun.START;
  private static final Series REQS = new Series("k6_http_reqs", Labels.NONE);

  private final VirtualTimeline time = new VirtualTimeline(START * 1000);
  private final InMemoryRunFeed feed = new InMemoryRunFeed();
  private final HttpTransport http = new HttpTransport(EgressPolicy.PUBLIC_ONLY);
  private final RecordedDestination slow = new RecordedDestination();
  private final RecordedDestination fast = new RecordedDestination();
  private final List<InMemoryLedger> ledgers = new ArrayList<>(List.of(new InMemoryLedger(), new InMemoryLedger()));
  private RunSettings settings = new RunSettings("42", 1, 10_000, 10_000, RunSettings.FOLD_VERSION);
  private List<MetricEntry> entries = List.of(entry("http_reqs", null));
  private Exporter exporter;

  private Exporter start() {
    List<Export> exports = new ArrayList<>();
    for (RecordedDestination destination : List.of(slow, fast)) {
      int index = exports.size();
      exports.add(
          new Export(index + 7, new ExportConfig("prometheus", 1, false, entries, destination), ledgers.get(index)));
    }
    exporter = new Exporter(settings, exports, feed,
        new Exporter.Means(http, RetryPolicy.standard(), time, time.threads()));
    return exporter;
  }

  @AfterEach
  void close() {
    exporter.close();
    http.close();
  }

  /** One push for each second from one to another, with one request to each of so many addresses. */
  private void load(int from, int to, int urls) throws InterruptedException {
    for (int second = from; second < to; second++) {
      MetricSets push = new MetricSets(1);
      for (int url = 0; url < urls; url++) {
        push.counter("http_reqs", Labels.of("url", "/" + url), START + second, 1);
      }
      append(second + 3, push);
    }
  }

  private void append(int second, MetricSets push) throws InterruptedException {
    time.sleep(Duration.ofMillis((START + second) * 1000 - time.millis()));
    feed.append(LogRecord.Kind.METRIC_SET, "", time.millis(), push.packed());
    advance();
  }

  private void advance() {
    while (exporter.advance()) {
      assertThat(exporter.position()).isPositive();
    }
  }

  private void drain(int index) throws InterruptedException {
    while (!exporter.isDrained(index)) {
      time.sleep(Duration.ofSeconds(1));
      advance();
    }
  }

  private void finish() throws InterruptedException {
    feed.finish(time.millis());
    advance();
    drain(7);
    drain(8);
  }

  @Test
  void a_slow_destination_leaves_catches_up_and_comes_back_without_losing_or_repeating_a_point()
      throws InterruptedException {
    AtomicBoolean open = new AtomicBoolean();
    slow.rule(_ -> open.get() ? new WriteResult.Accepted()
        : new WriteResult.RetryLater(WriteResult.Cause.BUSY, "busy", Duration.ZERO));
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 120, 2_500);
    assertThat(exporter.status(7).state()).isEqualTo(ExportStatus.State.BEHIND);
    assertThat(exporter.status(7).lagSeconds()).isGreaterThan(50);
    assertThat(exporter.isDrained(7)).isFalse();
    drain(8);
    assertThat(fast.size()).isGreaterThan(115 * 2_500);
    assertThat(slow.size()).isZero();
    assertBalanced();
    open.set(true);
    while (exporter.status(7).state() == ExportStatus.State.BEHIND) {
      time.sleep(Duration.ofSeconds(1));
    }
    load(120, 130, 2_500);
    finish();
    assertThat(slow.points()).isEqualTo(fast.points()).hasSize(2_500);
    assertThat(slow.size()).isEqualTo(131 * 2_500);
    assertThat(slow.writes()).isEqualTo(slow.size());
    assertThat(slow.disorders()).isZero();
    assertThat(exporter.status(7).state()).isEqualTo(ExportStatus.State.LIVE);
    assertBalanced();
  }

  private void assertBalanced() {
    for (int index : new int[]{7, 8}) {
      ExportStatus status = exporter.status(index);
      assertThat(status.samples().read())
          .isEqualTo(status.samples().selected() + status.samples().unselected() + status.samples().refused());
      assertThat(status.windows().sealed()).isEqualTo(status.windows().accepted() + status.windows().pending());
    }
  }

  @Test
  void a_worker_that_closes_leaves_no_thread_behind_even_one_that_waits_for_room() throws InterruptedException {
    slow.rule(_ -> new WriteResult.RetryLater(WriteResult.Cause.BUSY, "busy", Duration.ZERO));
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 100, 2_500);
    assertThat(exporter.status(7).state()).isEqualTo(ExportStatus.State.BEHIND);
    exporter.close();
    time.until(time::isQuiet);
  }

  @Test
  void a_destination_that_is_given_up_stops_no_other() throws InterruptedException {
    slow.rule(_ -> new WriteResult.RetryLater(WriteResult.Cause.NO_ANSWER, "no answer", Duration.ZERO));
    start();
    exporter.giveUpAt(7, time.instant().plusSeconds(60));
    load(0, 200, 3);
    feed.finish(time.millis());
    advance();
    drain(8);
    assertThat(exporter.status(7).state()).isEqualTo(ExportStatus.State.GAVE_UP);
    assertThat(exporter.status(7).lastError()).isEqualTo("no answer");
    assertThat(exporter.status(7).points().pending()).isEqualTo(201);
    assertThat(exporter.status(8).points()).isEqualTo(new ExportStatus.Points(201, 0, 0));
  }

  @Test
  void a_paused_destination_says_so() throws InterruptedException {
    slow.rule(_ -> new WriteResult.NotAuthorized("HTTP 401: who?"));
    start();
    load(0, 20, 1);
    assertThat(exporter.status(7).state()).isEqualTo(ExportStatus.State.PAUSED);
    assertThat(exporter.status(7).lastError()).isEqualTo("HTTP 401: who?");
  }

  @Test
  void pushes_that_hold_nothing_do_no_harm() throws InterruptedException {
    start();
    append(0, new MetricSets(1));
    append(1, new MetricSets(1).counter("", Labels.NONE, START, 1));
    append(2, new MetricSets(1).counter("http_reqs", Labels.NONE, START + 100_000, 1));
    load(0, 10, 1);
    append(20, new MetricSets(1));
    finish();
    assertThat(fast.points().get(REQS).lastEntry().getValue()).isEqualTo(10);
    assertThat(exporter.status(8).samples().refusals())
        .isEqualTo(Map.of(Refusal.EMPTY_NAME, 1L, Refusal.TOO_FAR_AHEAD, 1L));
    assertBalanced();
  }

  @Test
  void a_run_without_any_sample_ends() throws InterruptedException {
    start();
    finish();
    assertThat(exporter.hasEnded()).isTrue();
    assertThat(exporter.status(7).windows().sealed()).isZero();
    assertThat(exporter.status(7).points()).isEqualTo(new ExportStatus.Points(0, 0, 0));
  }

  @Test
  void a_bucket_ahead_of_the_clock_is_sent_when_it_is_due() throws InterruptedException {
    start();
    append(3, new MetricSets(1).counter("http_reqs", Labels.NONE, START, 1).counter("http_reqs", Labels.NONE,
        START + 300, 1));
    feed.finish(time.millis());
    advance();
    assertThat(exporter.isDrained(8)).isFalse();
    drain(8);
    assertThat(time.millis()).isGreaterThanOrEqualTo((START + 301) * 1000);
    assertThat(fast.points().get(REQS)).hasSize(302).containsEntry((START + 301) * 1000, 2.0);
  }

  @Test
  void a_window_that_the_buckets_do_not_divide_is_rounded_up() throws InterruptedException {
    start();
    append(10,
        new MetricSets(3).counter("http_reqs", Labels.NONE, START, 1).counter("http_reqs", Labels.NONE, START + 3, 1));
    finish();
    assertThat(exporter.status(7).effectiveResampleRate()).isEqualTo(3);
    assertThat(fast.points().get(REQS)).containsExactly(Map.entry(START * 1000, 0.0),
        Map.entry((START + 3) * 1000, 1.0), Map.entry((START + 6) * 1000, 2.0));
  }

  @Test
  void series_beyond_the_limits_are_refused_and_counted() throws InterruptedException {
    settings = new RunSettings("42", 1, 8, 5, RunSettings.FOLD_VERSION);
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 10, 12);
    finish();
    assertThat(fast.points()).hasSize(5);
    assertThat(exporter.status(8).samples())
        .isEqualTo(new ExportStatus.Samples(120, 50, 0, 70, 0, Map.of(Refusal.TOO_MANY_SERIES, 40L)));
  }

  @Test
  void whoever_lost_its_run_is_told() throws InterruptedException {
    start();
    load(0, 5, 1);
    ledgers.get(1).takeOver();
    assertThatThrownBy(() -> {
      load(5, 20, 1);
      drain(8);
    }).isInstanceOf(Fenced.class);
  }

  @Test
  void a_record_that_cannot_be_read_stops_the_run_and_is_named() {
    start();
    LogRecord broken = new LogRecord(1, START * 1000, LogRecord.Kind.METRIC_SET, "", START, START,
        "nonsense".getBytes());
    exporter = new Exporter(settings, List.of(), new RunFeed() {
      @Override
      public List<LogRecord> read(long afterSeq, int limit) {
        return List.of(broken);
      }

      @Override
      public long[] firstBuckets(long throughSeq) {
        return new long[]{START};
      }

      @Override
      public long head() {
        return 1;
      }
    }, new Exporter.Means(http, RetryPolicy.standard(), time, time.threads()));
    assertThatThrownBy(exporter::advance).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Record 1 of run 42");
  }

  @Test
  void the_runs_id_is_a_label_where_it_is_wished() throws InterruptedException {
    exporter = new Exporter(settings,
        List.of(new Export(0, new ExportConfig("prometheus", 1, true, entries, fast), ledgers.get(0))), feed,
        new Exporter.Means(http, RetryPolicy.standard(), time, time.threads()));
    load(0, 5, 1);
    feed.finish(time.millis());
    advance();
    drain(0);
    assertThat(fast.points()).containsOnlyKeys(new Series("k6_http_reqs", Labels.of("test_run_id", "42")));
  }

  @Test
  void an_output_series_belongs_to_the_first_entry_that_makes_it() throws InterruptedException {
    entries = List.of(entry("http_reqs{url=\"/0\"}", "mine"), entry("http_reqs", "mine"), entry("http_reqs", "all"),
        entry("data_sent", "all"));
    start();
    load(0, 5, 3);
    append(8, new MetricSets(1).counter("data_sent", Labels.NONE, START + 5, 1_000));
    finish();
    assertThat(fast.points()).containsOnlyKeys(new Series("mine", Labels.NONE), new Series("all", Labels.NONE));
    assertThat(fast.points().get(new Series("mine", Labels.NONE)).lastEntry().getValue()).isEqualTo(5);
    assertThat(fast.points().get(new Series("all", Labels.NONE)).lastEntry().getValue()).isEqualTo(15);
  }

  @Test
  void json_lines_and_metric_sets_of_one_run_meet() throws InterruptedException {
    start();
    load(0, 5, 1);
    String lines = """
        {"type":"Metric","data":{"type":"counter"},"metric":"http_reqs"}
        {"type":"Point","data":{"time":"%s","value":3,"tags":{"url":"/0"}},"metric":"http_reqs"}
        """.formatted(Instant.ofEpochSecond(START + 5));
    feed.append(LogRecord.Kind.JSON_LINES, "", time.millis(), MetricSets.pack(lines.getBytes()));
    finish();
    assertThat(fast.points().get(REQS).lastEntry()).isEqualTo(Map.entry((START + 6) * 1000, 8.0));
  }
}
