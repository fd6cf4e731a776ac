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
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run with apm blocks as a user writes them, played on virtual time to one receiver with Prometheus' rules. Blocks
 * stand in single quotes, without provider and address; a {@code queryURL} may be any text.
 */
final class BlockRun implements AutoCloseable {
  static final long START = MadeUpRun.START;

  final VirtualTimeline time = new VirtualTimeline(START * 1000);
  final InMemoryRunFeed feed = new InMemoryRunFeed();
  final FakePrometheus prometheus;
  boolean shared;
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final RunSettings settings;
  private final List<ExportConfig> configs = new ArrayList<>();
  private final List<InMemoryLedger> ledgers = new ArrayList<>();
  private @Nullable Exporter exporter;

  BlockRun(String... blocks) {
    this(Duration.ofHours(1), 1_000, blocks);
  }

  /** @param outOfOrder how old samples the receiver takes, whatever the block declares */
  BlockRun(Duration outOfOrder, int seriesLimit, String... blocks) {
    this(FakePrometheus.Rules.prometheus(outOfOrder.toMillis()), seriesLimit, blocks);
  }

  BlockRun(FakePrometheus.Rules rules, int seriesLimit, String... blocks) {
    prometheus = new FakePrometheus(time, rules);
    settings = new RunSettings("42", 1, 1_000, seriesLimit, RunSettings.FOLD_VERSION);
    for (String text : blocks) {
      configs.add(config(configs.size(), text));
      ledgers.add(new InMemoryLedger());
    }
  }

  private ExportConfig config(int index, String text) {
    JsonNode block = JsonMapper.shared().readTree(text.replace('\'', '"'));
    ((ObjectNode) block).put("provider", "prometheus").put("remoteWriteURL", prometheus.uri().toString());
    if (block.has("queryURL")) {
      ((ObjectNode) block).put("queryURL", prometheus.exportUri().toString());
    }
    ApmBlock read = ApmBlocks.readBlock(index, block);
    assertThat(read.config()).as("%s", read.problems()).isNotNull();
    return read.config();
  }

  private List<Export> exports() {
    List<Export.Neighbour> neighbours = new ArrayList<>();
    configs.forEach(config -> neighbours.add(new Export.Neighbour(neighbours.size(), config)));
    List<Export> exports = new ArrayList<>();
    configs.forEach(config -> exports
        .add(new Export(exports.size(), config, ledgers.get(exports.size()), neighbours, shared)));
    return exports;
  }

  private Exporter exporter() {
    if (exporter == null) {
      exporter = new Exporter(settings, exports(), feed,
          new Exporter.Means(http, RetryPolicy.standard(), time, time.threads()));
    }
    return exporter;
  }

  /** A push that comes so many seconds after the start, where the clock stands at least then. */
  BlockRun push(int second, MetricSets push) throws InterruptedException {
    time.sleep(Duration.ofMillis(Math.max(0, (START + second) * 1000 - time.millis())));
    feed.append(LogRecord.Kind.METRIC_SET, "", time.millis(), push.packed());
    advance();
    return this;
  }

  /** A push of which one reading is made and no more. */
  void read(int second, MetricSets push) throws InterruptedException {
    time.sleep(Duration.ofMillis(Math.max(0, (START + second) * 1000 - time.millis())));
    feed.append(LogRecord.Kind.METRIC_SET, "", time.millis(), push.packed());
    exporter().advance();
  }

  private void advance() throws InterruptedException {
    while (exporter().advance()) {
      assertThat(exporter().position()).isPositive();
    }
  }

  /** Waits until all that was read has arrived, so that hours of virtual time need no fast machine. */
  BlockRun settle() throws InterruptedException {
    time.until(() -> configs.stream().allMatch(config -> exporter().isDrained(configs.indexOf(config))));
    return this;
  }

  BlockRun finish() throws InterruptedException {
    feed.finish(time.millis());
    advance();
    for (int i = 0; i < configs.size(); i++) {
      while (!exporter().isDrained(i)) {
        time.sleep(Duration.ofSeconds(1));
        advance();
      }
    }
    return this;
  }

  ExportStatus status(int index) {
    return exporter().status(index);
  }

  List<String> warnings(int index) {
    return status(index).warnings().stream().map(Problem::toString).toList();
  }

  ReconciliationReport secondPass(int index, int revision) throws InterruptedException {
    exporter().close();
    ledgers.set(index, ledgers.get(index).takeOver());
    return new SecondPass(settings, exports().get(index), feed,
        new Exporter.Means(http, RetryPolicy.standard(), time, time.threads()),
        SecondPass.Order.of(revision, time.instant().plus(Duration.ofMinutes(5)))).run().report();
  }

  /** The values of a series by the second after the start that they stand at; null where there is none. */
  @Nullable
  NavigableMap<Long, Double> received(String series) {
    NavigableMap<Long, Double> points = prometheus.content().get(series);
    if (points == null) { return null; }
    NavigableMap<Long, Double> bySecond = new java.util.TreeMap<>();
    points.forEach((at, value) -> bySecond.put(at - START * 1000, value));
    return bySecond;
  }

  @Override
  public void close() {
    exporter().close();
    http.close();
    prometheus.close();
  }
}
