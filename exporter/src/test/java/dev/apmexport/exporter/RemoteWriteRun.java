package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.datadog.FakeDatadog;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run that is pushed by remote write, exported by the same wishes to a Prometheus and to a Datadog, on virtual time.
 */
final class RemoteWriteRun implements AutoCloseable {
  static final int PROMETHEUS = 0;
  static final int DATADOG = 1;

  final VirtualTimeline time;
  final InMemoryRunFeed feed = new InMemoryRunFeed();
  final FakePrometheus prometheus;
  final FakeDatadog datadog;
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final RunSettings settings = new RunSettings("42", 1, 10_000, 10_000, RunSettings.FOLD_VERSION);
  private final List<ExportConfig> configs = new ArrayList<>();
  private final List<InMemoryLedger> ledgers = new ArrayList<>();
  private final Exporter exporter;

  /** @param block what both blocks say beside provider, keys and address, in single quotes */
  RemoteWriteRun(long startMillis, String block) {
    time = new VirtualTimeline(startMillis);
    prometheus = new FakePrometheus(time, 0);
    datadog = new FakeDatadog(time);
    add(read(block).put("provider", "prometheus").put("remoteWriteURL", prometheus.uri().toString()));
    add(read(block).put("provider", "datadog").put("apiKey", FakeDatadog.KEY).put("apiURL", datadog.uri().toString()));
    exporter = new Exporter(settings, List.of(export(PROMETHEUS), export(DATADOG)), feed, means());
  }

  private static ObjectNode read(String block) {
    return (ObjectNode) JsonMapper.shared().readTree(block.replace('\'', '"'));
  }

  private void add(ObjectNode block) {
    ApmBlock read = ApmBlocks.readBlock(configs.size(), block);
    assertThat(read.config()).as("%s", read.problems()).isNotNull();
    configs.add(read.config());
    ledgers.add(new InMemoryLedger());
  }

  private Export export(int index) {
    return new Export(index, configs.get(index), ledgers.get(index));
  }

  private Exporter.Means means() {
    return new Exporter.Means(http, RetryPolicy.standard(), time, time.threads());
  }

  /** A push that comes at this time, or now where that is later. */
  void push(long atMillis, String instance, byte[] payload) throws InterruptedException {
    time.sleep(Duration.ofMillis(Math.max(0, atMillis - time.millis())));
    feed.append(LogRecord.Kind.REMOTE_WRITE, instance, time.millis(), payload);
    advance();
  }

  private void advance() throws InterruptedException {
    while (exporter.advance()) {
      assertThat(exporter.position()).isPositive();
    }
  }

  void finish() throws InterruptedException {
    feed.finish(time.millis());
    advance();
    while (!exporter.isDrained(PROMETHEUS) || !exporter.isDrained(DATADOG)) {
      time.sleep(Duration.ofSeconds(1));
      advance();
    }
  }

  ExportStatus status(int index) {
    return exporter.status(index);
  }

  List<String> warnings(int index) {
    return status(index).warnings().stream().map(Problem::toString).toList();
  }

  ReconciliationReport secondPass(int index) throws InterruptedException {
    exporter.close();
    ledgers.set(index, ledgers.get(index).takeOver());
    return new SecondPass(settings, export(index), feed, means(),
        SecondPass.Order.of(1, time.instant().plus(Duration.ofMinutes(5)))).run().report();
  }

  /** The points of a Prometheus series by the second they stand at. */
  NavigableMap<Long, Double> received(String series) {
    NavigableMap<Long, Double> points = prometheus.content().get(series);
    assertThat(points).as("%s of %s", series, prometheus.content().keySet()).isNotNull();
    NavigableMap<Long, Double> bySecond = new TreeMap<>();
    points.forEach((at, value) -> bySecond.put(at / 1000, value));
    return bySecond;
  }

  /** What Datadog shows of a metric without tags, by the second. */
  NavigableMap<Long, Double> shown(String metric) {
    NavigableMap<Long, Double> points = datadog.content().get(metric + "[]");
    assertThat(points).as("%s of %s", metric, datadog.content().keySet()).isNotNull();
    return points;
  }

  @Override
  public void close() {
    exporter.close();
    http.close();
    prometheus.close();
    datadog.close();
  }
}
