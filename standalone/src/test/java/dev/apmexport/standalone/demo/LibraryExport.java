package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.SecondPass;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.source.RunFeed;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The demo's export of a log by the library alone: live pass, second pass, and a receiver on the loopback address. */
final class LibraryExport implements AutoCloseable {
  static final String TEST_RUN_ID = "4242";
  private static final Duration PATIENCE = Duration.ofMinutes(3);
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

  private final HttpTransport http;
  private final Exporter.Means means;
  private @Nullable ExportStatus status;

  LibraryExport() {
    this(Duration.ofSeconds(30));
  }

  /** @param answer how long a receiver may take to answer */
  LibraryExport(Duration answer) {
    http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(5), Timeout.of(answer));
    means = new Exporter.Means(http, RetryPolicy.standard(), new SystemTime(), Thread.ofVirtual().factory());
  }

  /** Exports a log to a receiver of its own; {@code options} are a script's, for the receiver's address. */
  Outcome run(RunFeed feed, int bucketSeconds, Function<URI, String> options)
      throws IOException, InterruptedException {
    try (DemoReceiver receiver = DemoReceiver.start()) {
      ReconciliationReport report = run(feed, bucketSeconds, options.apply(receiver.url()));
      return new Outcome(receiver.held(), report);
    }
  }

  /** Exports a log to wherever the first block of a script's options says. */
  ReconciliationReport run(RunFeed feed, int bucketSeconds, String options) throws InterruptedException {
    ApmBlock block = ApmBlocks.read(ApmBlocks.find(JsonMapper.shared().readTree(options))).getFirst();
    assertThat(block.problems()).isEmpty();
    var export = new Export(0, Objects.requireNonNull(block.config()), new InMemoryLedger());
    var settings = new RunSettings(TEST_RUN_ID, bucketSeconds, RunSettings.DEFAULT_INPUT_SERIES,
        RunSettings.DEFAULT_OUTPUT_SERIES, RunSettings.FOLD_VERSION);
    try (var live = new Exporter(settings, List.of(export), feed, means)) {
      play(live);
      status = live.status(0);
    }
    Instant deadline = Instant.now().plus(PATIENCE);
    return new SecondPass(settings, export, feed, means, SecondPass.Order.of(1, deadline)).run().report();
  }

  /** What the run exported last has shown about its block. */
  List<Problem> warnings() {
    return status().warnings();
  }

  /** How far the live pass of the run exported last came. */
  ExportStatus status() {
    return Objects.requireNonNull(status, "nothing was exported yet");
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
