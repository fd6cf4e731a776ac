package dev.apmexport.exporter.source;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import java.util.ArrayList;
import java.util.List;

/** A run's metric log in memory. It looks into every push for its times, as a store does when it appends. */
public final class InMemoryRunFeed implements RunFeed {
  private final PushReader reader = new PushReader(new SeriesTable(1_000_000));
  private final List<LogRecord> records = new ArrayList<>();

  /** Appends a record received at this time; returns its number. */
  public synchronized long append(LogRecord.Kind kind, String instance, long receivedAtMillis, byte[] payload) {
    Times times = new Times();
    LogRecord record = new LogRecord(records.size() + 1, receivedAtMillis, kind, instance, 0, 0, payload);
    try {
      reader.read(record, times);
    } catch (InvalidPush e) {
      throw new IllegalArgumentException(e);
    }
    records.add(new LogRecord(record.seq(), receivedAtMillis, kind, instance, times.first, times.last, payload));
    return record.seq();
  }

  public long finish(long receivedAtMillis) {
    return append(LogRecord.Kind.FINISH, "", receivedAtMillis, "{}".getBytes());
  }

  @Override
  public synchronized List<LogRecord> read(long afterSeq, int limit) {
    int from = Math.toIntExact(afterSeq);
    return List.copyOf(records.subList(from, Math.min(records.size(), from + limit)));
  }

  @Override
  public synchronized long[] firstBuckets(long throughSeq) {
    return records.stream().limit(throughSeq).mapToLong(LogRecord::firstBucket).toArray();
  }

  @Override
  public synchronized long head() {
    return records.size();
  }

  private static final class Times implements SampleVisitor {
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    private void bucket(long bucket) {
      first = Math.min(first, bucket);
      last = Math.max(last, bucket);
    }

    @Override
    public void counter(InputSeries series, long bucket, double sum) {
      bucket(bucket);
    }

    @Override
    public void gauge(InputSeries series, long bucket, double last) {
      bucket(bucket);
    }

    @Override
    public void rate(InputSeries series, long bucket, long nonzero, long total) {
      bucket(bucket);
    }

    @Override
    public void trend(InputSeries series, long bucket, Histogram values) {
      bucket(bucket);
    }

    @Override
    public void refused(Refusal reason, String metric, int samples) {}
  }
}
