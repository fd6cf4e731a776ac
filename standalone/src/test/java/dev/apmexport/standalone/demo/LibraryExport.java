package dev.apmexport.standalone.demo;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.SecondPass;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.source.RunFeed;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/** The demo's export of a log by the library alone: live pass, second pass, and a receiver on the loopback address. */
final class LibraryExport implements AutoCloseable {
  static final String TEST_RUN_ID = "4242";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(5);

  /** What the receiver holds when all is over, and what the second pass says of it. */
  record Outcome(SortedMap<OutputSeries, SortedMap<Long, Double>> held, ReconciliationReport report) {
  }

  /** The clock on the wall. */
  private record SystemTime() implements Timeline {
    @Override
    public Instant instant() {
      return Instant.now();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
  }

  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final Exporter.Means means = new Exporter.Means(http, RetryPolicy.standard(), new SystemTime(),
      Thread.ofVirtual().factory());

  Outcome run(RunFeed feed, int bucketSeconds, int resampleSeconds) throws IOException, InterruptedException {
    try (DemoReceiver receiver = DemoReceiver.start()) {
      var options = JsonMapper.shared().readTree(DemoExport.options(receiver.url(), resampleSeconds));
      ExportConfig config = ApmBlocks.read(ApmBlocks.find(options)).getFirst().config();
      var export = new Export(0, config, new InMemoryLedger());
      var settings = new RunSettings(TEST_RUN_ID, bucketSeconds, RunSettings.DEFAULT_INPUT_SERIES,
          RunSettings.DEFAULT_OUTPUT_SERIES, RunSettings.FOLD_VERSION);
      try (var live = new Exporter(settings, List.of(export), feed, means)) {
        play(live);
      }
      Instant deadline = Instant.now().plus(PATIENCE);
      SecondPass.Result result = new SecondPass(settings, export, feed, means, 1, deadline).run();
      return new Outcome(receiver.held(), result.report());
    }
  }

  private void play(Exporter live) throws InterruptedException {
    Instant giveUp = Instant.now().plus(PATIENCE);
    while (live.advance() || !live.hasEnded() || !live.isDrained(0)) {
      if (Instant.now().isAfter(giveUp)) {
        throw new IllegalStateException("Not all was sent within " + PATIENCE + ": " + live.status(0));
      }
      means.time().sleep(PAUSE);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
