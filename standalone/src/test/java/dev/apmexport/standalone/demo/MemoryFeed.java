package dev.apmexport.standalone.demo;

import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.RunFeed;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import org.xerial.snappy.Snappy;

/** The complete log of a run that is over. */
final class MemoryFeed implements RunFeed {
  private static final int PUSHES_PER_SECOND = 2;

  private final List<LogRecord> records = new ArrayList<>();

  /** The pushes in this order, one every half second, and the end of the run. */
  MemoryFeed(List<MetricSet> pushes, long startMillis) {
    for (MetricSet push : pushes) {
      long receivedAt = startMillis + records.size() * 1000L / PUSHES_PER_SECOND;
      var buckets = new LongSummaryStatistics();
      BucketTimes.forEach(push, buckets);
      append(receivedAt, Kind.METRIC_SET, buckets, packed(push));
    }
    append(startMillis + records.size() * 1000L / PUSHES_PER_SECOND, Kind.FINISH, new LongSummaryStatistics(),
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  private void append(long receivedAt, Kind kind, LongSummaryStatistics buckets, byte[] payload) {
    records.add(
        new LogRecord(records.size() + 1, receivedAt, kind, "", buckets.getMin(), buckets.getMax(), payload));
  }

  private static byte[] packed(MetricSet push) {
    try {
      return Snappy.compress(push.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<LogRecord> read(long afterSeq, int limit) {
    return records.stream().skip(afterSeq).limit(limit).toList();
  }

  @Override
  public long[] firstBuckets(long throughSeq) {
    return records.stream().limit(throughSeq).mapToLong(LogRecord::firstBucket).toArray();
  }

  @Override
  public long head() {
    return records.size();
  }
}
