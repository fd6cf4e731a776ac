package dev.apmexport.api.run;

import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.k6.MetricSetReader;
import dev.apmexport.exporter.source.k6.PushHeader;
import dev.apmexport.exporter.source.k6.SnappyBlock;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.xerial.snappy.Snappy;

/**
 * Reads a push once from end to end before it is stored: only what can be read goes into the log, with the times it
 * spans.
 */
final class PushExtent implements SampleVisitor {
  private static final TimeBounds ANY_TIME = new TimeBounds(Long.MIN_VALUE, Long.MAX_VALUE);

  private long firstBucket = Long.MAX_VALUE;
  private long lastBucket = Long.MIN_VALUE;

  private PushExtent() {}

  static PushExtent of(String testRunId, byte[] payload) throws InvalidPush {
    SnappyBlock block = new SnappyBlock();
    block.open(payload);
    PushHeader header = MetricSetReader.header(block.bytes(), block.length());
    if (!header.testRunId().isEmpty() && !header.testRunId().equals(testRunId)) {
      throw new InvalidPush("The push says that it belongs to test run \"" + header.testRunId() + "\"; it was sent to "
          + testRunId + ".");
    }
    PushExtent extent = new PushExtent();
    new MetricSetReader(new SeriesTable(Integer.MAX_VALUE)).read(block.bytes(), block.length(), ANY_TIME, extent);
    return extent;
  }

  static void refuseBomb(byte[] payload) {
    try {
      if (Snappy.uncompressedLength(payload) > SnappyBlock.MAX_UNPACKED) {
        throw new Refused(HttpStatus.CONTENT_TOO_LARGE,
            "The body unpacks to more than " + SnappyBlock.MAX_UNPACKED + " bytes; send fewer series in one push.");
      }
    } catch (IOException notSnappy) {
      // SnappyBlock says what is wrong.
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

  private void see(long bucket) {
    firstBucket = Math.min(firstBucket, bucket);
    lastBucket = Math.max(lastBucket, bucket);
  }

  @Override
  public void counter(InputSeries series, long bucket, double sum) {
    see(bucket);
  }

  @Override
  public void gauge(InputSeries series, long bucket, double last) {
    see(bucket);
  }

  @Override
  public void rate(InputSeries series, long bucket, long nonzero, long total) {
    see(bucket);
  }

  @Override
  public void trend(InputSeries series, long bucket, Histogram values) {
    see(bucket);
  }

  /** A series that breaks a rule is refused, and counted, by whoever reads the log. */
  @Override
  public void refused(Refusal reason, String metric, int samples) {}
}
