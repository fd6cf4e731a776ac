package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.standalone.demo.SplitRun.Arrival;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** The recorded run, played to the service in real time by several load generators, each with its part of it. */
public final class SharedRun {
  private static final int RESAMPLE_SECONDS = 3;
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final ServiceClient service;
  private final String testRunId;
  private final List<RawSample> samples;
  private final SplitRun parts;
  private final RecordedRun recording = RecordedRun.load(RecordedRun.ONE_SECOND);
  private final long shift;
  private final long begin;
  private final long startNanos = System.nanoTime();

  /** Does something with a push. */
  @FunctionalInterface
  public interface Sending {
    void push(Push push) throws IOException, InterruptedException;
  }

  private SharedRun(ServiceClient service, String testRunId, int senders) {
    this.service = service;
    this.testRunId = testRunId;
    this.shift = recording.shiftToEndBefore(Instant.now());
    this.samples = recording.samples(shift);
    this.parts = new SplitRun(samples, senders, 3);
    this.begin = IntStream.range(0, senders).mapToLong(sender -> arrivals(sender).getFirst().atMillis()).min()
        .orElseThrow();
  }

  /** Makes the run, exported to this address. */
  public static SharedRun create(ServiceClient service, URI remoteWriteUrl, int senders)
      throws IOException, InterruptedException {
    JsonNode created = service.create("shared", DemoExport.options(remoteWriteUrl, RESAMPLE_SECONDS));
    return new SharedRun(service, created.path("id").asString(), senders);
  }

  public String testRunId() {
    return testRunId;
  }

  private List<Arrival> arrivals(int sender) {
    return parts.arrivals(testRunId, sender, _ -> true);
  }

  /** How many pushes each one has. */
  public List<Integer> pushes() {
    return IntStream.range(0, parts.senders()).mapToObj(sender -> arrivals(sender).size()).toList();
  }

  /** Sends one's part, every push in its turn. */
  public void send(int sender, Duration delay, Sending sending) throws IOException, InterruptedException {
    for (Arrival arrival : arrivals(sender)) {
      long due = startNanos + (arrival.atMillis() - begin) * 1_000_000 + delay.toNanos();
      Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      sending.push(arrival.push());
    }
  }

  /** Waits until the second pass is over; returns the run as the service then tells it. */
  public JsonNode awaitEnd(Duration patience) throws IOException, InterruptedException {
    Instant giveUp = Instant.now().plus(patience);
    JsonNode run = service.run(testRunId);
    while (!run.path("state").asString().equals("finished")) {
      if (Instant.now().isAfter(giveUp)) { throw new IOException("The run did not end: " + run.toPrettyString()); }
      Thread.sleep(PAUSE);
      run = service.run(testRunId);
    }
    return run;
  }

  /** Everything that one k6 would have brought is there, and nothing else. */
  public void assertExact(LocalPrometheus prometheus) throws IOException, InterruptedException {
    SortedMap<OutputSeries, SortedMap<Long, Expected>> truth = new Oracle(RESAMPLE_SECONDS, recording.bucketSeconds(),
        Map.of("test_run_id", testRunId), DemoExport.expectations()).truth(samples);
    Comparison stored = Comparison.of(truth, new PrometheusReader(prometheus.url()).read(
        "{test_run_id=\"" + testRunId + "\"}", Instant.ofEpochSecond(recording.firstBucketSeconds() + shift - 60),
        Instant.ofEpochSecond(recording.lastBucketEndSeconds() + shift + 60)));
    assertThat(stored.allEqual()).as("%s%n%s", stored.table(), stored.differences()).isTrue();
  }
}
