package dev.apmexport.standalone.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.LongSummaryStatistics;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything an unmodified k6 sent during one {@code k6 run -o cloud}, and the raw samples of the same run. The
 * recording is old; shifted in time and given another id it plays as a run of today.
 */
public final class RecordedRun {
  /** 40 s of k6 2.2.0 with buckets of 1 s, in 84 pushes. */
  public static final String ONE_SECOND = "run-o-cloud";
  /** 24 s of k6 1.8.1 as it comes, with buckets of 3 s, in 8 pushes. */
  public static final String THREE_SECONDS = "run-o-cloud-default-config";

  private static final int SHIFT_STEP = 30;

  private record Request(String file, String method, String path, long offsetMillis, String idempotencyKey,
      int status) {
  }

  private record Index(String k6, int bucketSeconds, List<Request> requests) {
  }

  private final String name;
  private final Index index;
  private final List<Push> pushes;
  private final LongSummaryStatistics bucketStarts = new LongSummaryStatistics();

  private RecordedRun(String name) {
    this.name = name;
    this.index = JsonMapper.shared().readValue(bytes("index.json"), Index.class);
    this.pushes = index.requests().stream().filter(request -> request.path().startsWith("/v2/metrics/"))
        .map(request -> new Push(request.offsetMillis(), request.idempotencyKey(), bytes(request.file()))).toList();
    pushes.forEach(push -> BucketTimes.forEach(push.metricSet(), bucketStarts));
  }

  /** Loads a recording from the class path. */
  public static RecordedRun load(String name) {
    return new RecordedRun(name);
  }

  /** Length of the buckets that k6 aggregated to. */
  public int bucketSeconds() {
    return index.bucketSeconds();
  }

  public String k6Version() {
    return index.k6();
  }

  /** The JSON body of k6's first request, which creates the test run. */
  public byte[] createBody() {
    return bytes(index.requests().getFirst().file());
  }

  /** The JSON body of k6's last request, which finishes the test run. */
  public byte[] finishBody() {
    return bytes(index.requests().getLast().file());
  }

  /** When k6 sent the last request, in milliseconds since the first. */
  public long finishOffsetMillis() {
    return index.requests().getLast().offsetMillis();
  }

  /** Start of the earliest bucket pushed, in seconds since the epoch, as recorded. */
  public long firstBucketSeconds() {
    return bucketStarts.getMin();
  }

  /** End of the latest bucket pushed, in seconds since the epoch, as recorded. */
  public long lastBucketEndSeconds() {
    return bucketStarts.getMax() + bucketSeconds();
  }

  /**
   * The greatest shift that is a multiple of 30 s (and so of both bucket lengths) and lets the last bucket end before
   * a time. A window longer than a bucket may still end a little after it.
   */
  public long shiftToEndBefore(Instant now) {
    return Math.floorDiv(now.getEpochSecond() - 1 - lastBucketEndSeconds(), SHIFT_STEP) * SHIFT_STEP;
  }

  /** The pushes in the order in which k6 sent them, as if they were of another run at another time. */
  public List<Push> pushes(String testRunId, long shiftSeconds) {
    requireWholeBuckets(shiftSeconds);
    return pushes.stream().map(push -> push.of(testRunId, shiftSeconds)).toList();
  }

  /** The raw samples of the run, in the order of k6's own JSON output. */
  public List<RawSample> samples(long shiftSeconds) {
    requireWholeBuckets(shiftSeconds);
    try (InputStream gzip = open("samples.json.gz")) {
      return SampleLines.read(gzip).stream().map(sample -> sample.shifted(shiftSeconds)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Any other shift would put samples into buckets that k6 never made. */
  private void requireWholeBuckets(long shiftSeconds) {
    if (shiftSeconds % bucketSeconds() != 0) {
      throw new IllegalArgumentException(
          "shift must be a multiple of %d s; got %d".formatted(bucketSeconds(), shiftSeconds));
    }
  }

  private byte[] bytes(String file) {
    try (InputStream in = open(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InputStream open(String file) {
    String path = "/capture/" + name + "/" + file;
    InputStream in = RecordedRun.class.getResourceAsStream(path);
    if (in == null) { throw new IllegalArgumentException("no such recording: " + path); }
    return in;
  }
}
