package dev.apmexport.api.remotewrite;

import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.k6.SnappyBlock;
import dev.apmexport.exporter.source.remotewrite.RemoteWriteReader;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Reads a request once from end to end before it is stored: what of it is good, and over what times; whoever reads the
 * log refuses the same parts of it.
 */
final class PushCheck implements SampleVisitor {
  private static final TimeBounds ANY_TIME = new TimeBounds(Long.MIN_VALUE, Long.MAX_VALUE);
  /** So many seconds the database's clock, which decides, may differ from this one. */
  private static final int CLOCKS_APART = 3_600;
  /** In one request, so that the memory it takes is bounded; each run's own limit is kept where its log is read. */
  private static final int MOST_SERIES = RunSettings.DEFAULT_INPUT_SERIES;

  private final TimeBounds bounds;
  private long firstBucket = Long.MAX_VALUE;
  private long lastBucket = Long.MIN_VALUE;
  private int good;
  private int bad;
  private @Nullable String firstBad;
  private int ended;

  private PushCheck(TimeBounds bounds) {
    this.bounds = bounds;
  }

  /**
   * Looks at a snappy block.
   *
   * @throws Refused if nothing of it can be read
   */
  static PushCheck of(byte[] payload, long nowMillis) {
    PushCheck check = new PushCheck(TimeBounds.around(nowMillis));
    SnappyBlock block = new SnappyBlock();
    try {
      block.open(payload);
      check.ended = new RemoteWriteReader(new SeriesTable(MOST_SERIES)).read("", block.bytes(), block.length(),
          ANY_TIME,
          check);
      return check;
    } catch (InvalidPush e) {
      throw new Refused(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  /** Start of the earliest bucket; {@link Long#MAX_VALUE} without samples. */
  long firstBucket() {
    return firstBucket;
  }

  /** Start of the latest bucket; {@link Long#MIN_VALUE} without samples. */
  long lastBucket() {
    return lastBucket;
  }

  boolean hasGood() {
    return good > 0;
  }

  /** Whether all it says is that series end, as k6 does when it ends. */
  boolean endsOnly() {
    return ended > 0 && good == 0 && bad == 0;
  }

  /** Throws what is to be answered where something is bad; the specification demands a 400 then. */
  void refuseBad() {
    if (bad > 0) {
      throw new Refused(HttpStatus.BAD_REQUEST, bad + " of " + (good + bad) + " samples are refused, the first of "
          + firstBad + ". "
          + (good == 0 ? "None is stored." : "The other " + good + " are stored; do not send them again."),
          Map.of("stored", good, "refused", bad));
    }
  }

  private void see(InputSeries series, long bucket) {
    Refusal refusal = bounds.refusal(bucket);
    if (refusal == null) {
      good++;
    } else {
      refused(refusal, series.name() + series.labels(), 1);
    }
    if (bucket >= bounds.earliest() - CLOCKS_APART && bucket <= bounds.latest() + CLOCKS_APART) {
      firstBucket = Math.min(firstBucket, bucket);
      lastBucket = Math.max(lastBucket, bucket);
    }
  }

  @Override
  public void counter(InputSeries series, long bucket, double sum) {
    see(series, bucket);
  }

  @Override
  public void gauge(InputSeries series, long bucket, double last) {
    see(series, bucket);
  }

  @Override
  public void rate(InputSeries series, long bucket, long nonzero, long total) {
    see(series, bucket);
  }

  @Override
  public void trend(InputSeries series, long bucket, Histogram values) {
    see(series, bucket);
  }

  @Override
  public void refused(Refusal reason, String metric, String statistic, String series) {
    refused(reason, series, 1);
  }

  @Override
  public void refused(Refusal reason, String metric, int samples) {
    bad += samples;
    if (firstBad == null) {
      firstBad = (metric.isEmpty() ? "a series without labels" : metric) + ": " + reason.sentence();
    }
  }
}
