package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** One run with two exports, the seventh and the eighth of their run, whose destinations are in this process. */
@Timeout(300)
abstract class ExporterFixture {
  static final long START = MadeUpRun.START;
  static final Series REQS = new Series("k6_http_reqs", Labels.NONE);

  final VirtualTimeline time = new VirtualTimeline(START * 1000);
  final InMemoryRunFeed feed = new InMemoryRunFeed();
  final HttpTransport http = new HttpTransport(EgressPolicy.PUBLIC_ONLY);
  final RecordedDestination slow = new RecordedDestination();
  final RecordedDestination fast = new RecordedDestination();
  final List<InMemoryLedger> ledgers = new ArrayList<>(List.of(new InMemoryLedger(), new InMemoryLedger()));
  RunSettings settings = new RunSettings("42", 1, 10_000, 10_000, RunSettings.FOLD_VERSION);
  List<MetricEntry> entries = List.of(entry("http_reqs", null));
  Exporter exporter;

  Exporter start() {
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
  void load(int from, int to, int urls) throws InterruptedException {
    for (int second = from; second < to; second++) {
      MetricSets push = new MetricSets(1);
      for (int url = 0; url < urls; url++) {
        push.counter("http_reqs", Labels.of("url", "/" + url), START + second, 1);
      }
      append(second + 3, push);
    }
  }

  void append(int second, MetricSets push) throws InterruptedException {
    time.sleep(Duration.ofMillis((START + second) * 1000 - time.millis()));
    feed.append(LogRecord.Kind.METRIC_SET, "", time.millis(), push.packed());
    advance();
  }

  void advance() throws InterruptedException {
    while (exporter.advance()) {
      assertThat(exporter.position()).isPositive();
    }
  }

  void drain(int index) throws InterruptedException {
    while (!exporter.isDrained(index)) {
      time.sleep(Duration.ofSeconds(1));
      advance();
    }
  }

  void finish() throws InterruptedException {
    feed.finish(time.millis());
    advance();
    drain(7);
    drain(8);
  }

  void assertBalanced() {
    for (int index : new int[]{7, 8}) {
      ExportStatus status = exporter.status(index);
      assertThat(status.samples().read())
          .isEqualTo(status.samples().selected() + status.samples().unselected() + status.samples().refused());
      assertThat(status.windows().sealed()).isEqualTo(status.windows().accepted() + status.windows().pending());
    }
  }
}
