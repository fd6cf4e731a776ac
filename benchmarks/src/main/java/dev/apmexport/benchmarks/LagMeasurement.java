package dev.apmexport.benchmarks;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.hc.core5.util.Timeout;
import tools.jackson.databind.json.JsonMapper;

/**
 * How much later the points of healthy exports are taken because half of all destinations never answer. One run has
 * forty exports; of the first twenty the time is measured from the push that seals a window to the moment their
 * receiver has it, once with twenty healthy neighbours and once with twenty silent ones, by turns.
 */
final class LagMeasurement {
  private static final int EXPORTS = 40;
  private static final int MEASURED = 20;
  private static final int SECONDS = 120;
  private static final int ROUNDS = 5;
  /** A silent destination is given up after so long, else no request of it would end while this measures. */
  private static final Timeout ANSWER = Timeout.ofSeconds(2);
  private static final double TARGET = 1.2;

  private LagMeasurement() {}

  /** Of all windows of the measured exports, in milliseconds. */
  record Lags(double[] sorted) {
    double percentile(double share) {
      return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }

    static Lags ofNanos(List<Long> nanos) {
      return new Lags(nanos.stream().mapToDouble(lag -> lag / 1e6).sorted().toArray());
    }
  }

  /** A clock that begins when the run of the feed is over, so that none of its points is of the future or old. */
  private record ClockOf(long endMillis, long startNanos) implements Timeline {
    static ClockOf run(PacedFeed feed) {
      return new ClockOf(feed.endMillis(), System.nanoTime());
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(endMillis).plusNanos(System.nanoTime() - startNanos);
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
      Thread.sleep(time);
    }
  }

  /** What came when, and when it could have come at the earliest. */
  record Played(List<Receivers.Arrival> arrivals, List<Long> revealed) {
    /** The number of the last second that had been revealed when this arrived. */
    private int secondOf(Receivers.Arrival arrival) {
      int found = Collections.binarySearch(revealed, arrival.nanoTime());
      return found >= 0 ? found : -found - 2;
    }
  }

  static String table() throws IOException, InterruptedException {
    run(0, SECONDS / 4); // warms up
    List<Played> without = new ArrayList<>();
    List<Played> with = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      without.add(run(0, SECONDS));
      with.add(run(EXPORTS - MEASURED, SECONDS));
    }
    Map<Long, Integer> seals = seals(Stream.concat(without.stream(), with.stream()).toList());
    StringBuilder text = new StringBuilder("""
        | lag of healthy exports | p50 ms | p99 ms | ratio of p99 | target |
        |---|--:|--:|--:|--:|
        """);
    line(text, "floor: one request alone", floor());
    for (int round = 0; round < ROUNDS; round++) {
      compare(text, "round " + (round + 1), List.of(without.get(round)), List.of(with.get(round)), seals);
    }
    compare(text, "all rounds", without, with, seals);
    return text.toString();
  }

  private static void compare(StringBuilder text, String what, List<Played> without, List<Played> with,
      Map<Long, Integer> seals) {
    Lags alone = lags(without, seals);
    Lags beside = lags(with, seals);
    line(text, what + ", no destination silent", alone);
    text.append("| %s, half of them silent | %.2f | %.2f | **%.2f** | ≤ %.1f |%n".formatted(what,
        beside.percentile(0.5), beside.percentile(0.99), beside.percentile(0.99) / alone.percentile(0.99), TARGET));
  }

  private static void line(StringBuilder text, String what, Lags lags) {
    text.append("| %s | %.2f | %.2f | | |%n".formatted(what, lags.percentile(0.5), lags.percentile(0.99)));
  }

  /** Plays the run to forty destinations, the last of which are silent. */
  static Played run(int silent, int seconds) throws IOException, InterruptedException {
    PacedFeed feed = new PacedFeed(seconds);
    try (Receivers receivers = new Receivers();
        HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), ANSWER, ANSWER)) {
      List<Export> exports = new ArrayList<>();
      for (int i = 0; i < EXPORTS; i++) {
        URI to = i < EXPORTS - silent ? receivers.healthy(i) : receivers.silent();
        exports.add(new Export(i, config(to), new InMemoryLedger()));
      }
      RunSettings settings = new RunSettings("1", 1, 100_000, 10_000, RunSettings.FOLD_VERSION);
      try (Exporter exporter = new Exporter(settings, exports, feed, new Exporter.Means(http, RetryPolicy.standard(),
          ClockOf.run(feed), Thread.ofVirtual().name("export-", 0).factory()))) {
        play(exporter, feed);
      }
      return new Played(receivers.arrivals(), feed.revealed());
    }
  }

  private static void play(Exporter exporter, PacedFeed feed) throws InterruptedException {
    for (int second = 0; second < feed.length(); second++) {
      feed.revealNext();
      boolean more = true;
      while (more) {
        more = exporter.advance();
      }
    }
    while (!measuredAreDrained(exporter)) {
      Thread.sleep(10);
    }
  }

  private static boolean measuredAreDrained(Exporter exporter) {
    for (int i = 0; i < MEASURED; i++) {
      if (!exporter.isDrained(i)) { return false; }
    }
    return true;
  }

  /**
   * Which second of the log seals what is of each time. The log is the same in every run and all exports share its
   * reading, so it is the second after which the quickest of all arrived.
   */
  private static Map<Long, Integer> seals(List<Played> runs) {
    Map<Long, Integer> seals = new HashMap<>();
    for (Played run : runs) {
      run.arrivals.forEach(arrival -> seals.merge(arrival.atMillis(), run.secondOf(arrival), Math::min));
    }
    return seals;
  }

  private static Lags lags(List<Played> runs, Map<Long, Integer> seals) {
    return Lags.ofNanos(runs.stream().flatMap(run -> lags(run, seals)).toList());
  }

  private static Stream<Long> lags(Played run, Map<Long, Integer> seals) {
    return run.arrivals.stream().filter(arrival -> Integer.parseInt(arrival.path().substring(1)) < MEASURED)
        .map(arrival -> arrival.nanoTime()
            - run.revealed.get(Objects.requireNonNull(seals.get(arrival.atMillis()))));
  }

  /** An empty request on a connection that is open already. */
  private static Lags floor() throws IOException {
    List<Long> lags = new ArrayList<>();
    try (Receivers receivers = new Receivers();
        HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), ANSWER, ANSWER)) {
      for (int i = 0; i < 2_000; i++) {
        long from = System.nanoTime();
        http.post(receivers.healthy(0), Map.of("Content-Type", "application/x-protobuf"), new byte[1], 1);
        lags.add(System.nanoTime() - from);
      }
    }
    return Lags.ofNanos(lags);
  }

  private static ExportConfig config(URI to) {
    String json = "{\"provider\": \"prometheus\", \"resampleRate\": 1, \"remoteWriteURL\": \"" + to + "\"}";
    return Objects.requireNonNull(ApmBlocks.readBlock(0, JsonMapper.shared().readTree(json)).config());
  }
}
