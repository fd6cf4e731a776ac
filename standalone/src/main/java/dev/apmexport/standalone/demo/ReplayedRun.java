package dev.apmexport.standalone.demo;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.DoubleConsumer;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** The recorded run, played to the service anew: with a run id of today, and with times that end now. */
public final class ReplayedRun {
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final RecordedRun recording;
  private final ServiceClient service;
  private final String testRunId;
  private final int resampleSeconds;
  private final long shiftSeconds;
  private final List<Push> pushes;

  /** @param testRunId of a run that was created in the service already */
  public ReplayedRun(RecordedRun recording, ServiceClient service, String testRunId, int resampleSeconds, Instant now) {
    this.recording = recording;
    this.service = service;
    this.testRunId = testRunId;
    this.resampleSeconds = resampleSeconds;
    this.shiftSeconds = recording.shiftToEndBefore(now);
    this.pushes = recording.pushes(testRunId, shiftSeconds);
  }

  /**
   * Sends every push in its turn.
   *
   * @param speed how many times faster than it was recorded
   * @param progress told how much is sent, from 0 to 1
   */
  public void play(double speed, DoubleConsumer progress) throws IOException, InterruptedException {
    play(0, pushes.size(), speed, progress);
    service.finish(testRunId, recording.finishBody());
  }

  /** Sends the pushes from {@code from} to {@code to} and does not finish the run. */
  public void play(int from, int to, double speed, DoubleConsumer progress) throws IOException, InterruptedException {
    long start = System.nanoTime();
    long begin = pushes.get(from).offsetMillis();
    for (int i = from; i < to; i++) {
      Push push = pushes.get(i);
      long due = start + (long) ((push.offsetMillis() - begin) * 1e6 / speed);
      Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      service.push(testRunId, push);
      progress.accept((i + 1.0) / pushes.size());
    }
  }

  public void finish() throws IOException, InterruptedException {
    service.finish(testRunId, recording.finishBody());
  }

  public int pushCount() {
    return pushes.size();
  }

  /** Waits until the second pass is over; returns the run as the service then tells it. */
  public JsonNode awaitEnd(Duration patience) throws IOException, InterruptedException {
    return await(run -> List.of("finished", "aborted").contains(run.path("state").asString()), patience);
  }

  /** Waits until the service tells of the run what is waited for; returns the run as it is then. */
  public JsonNode await(Predicate<JsonNode> wanted, Duration patience) throws IOException, InterruptedException {
    Instant giveUp = Instant.now().plus(patience);
    JsonNode run = service.run(testRunId);
    while (!wanted.test(run)) {
      if (Instant.now().isAfter(giveUp)) {
        throw new IOException(
            "The run had not come so far after " + patience.toSeconds() + " s: " + run.toPrettyString());
      }
      Thread.sleep(PAUSE);
      run = service.run(testRunId);
    }
    return run;
  }

  /** What k6's own samples of this run demand of the demo's export. */
  public SortedMap<OutputSeries, SortedMap<Long, Expected>> truth() {
    return new Oracle(resampleSeconds, recording.bucketSeconds(), Map.of("test_run_id", testRunId),
        DemoExport.expectations()).truth(recording.samples(shiftSeconds));
  }

  /** A time before the first point. */
  public Instant begin() {
    return Instant.ofEpochSecond(recording.firstBucketSeconds() + shiftSeconds - 60);
  }

  /** A time after the last point. */
  public Instant end() {
    return Instant.ofEpochSecond(recording.lastBucketEndSeconds() + shiftSeconds + 60);
  }

  /** The series of this run alone. */
  public String selector() {
    return "{test_run_id=\"" + testRunId + "\"}";
  }
}
