package dev.apmexport.benchmarks;

import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;
import dev.apmexport.standalone.demo.Push;
import dev.apmexport.standalone.demo.RecordedRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The recorded run over and over, ten times as fast: the pushes of one second come together every 100 ms. */
final class PacedFeed implements RunFeed {
  static final Duration PACE = Duration.ofMillis(100);

  private final List<List<LogRecord>> seconds = new ArrayList<>();
  private final List<LogRecord> log = new ArrayList<>();
  private final List<Long> revealed = new ArrayList<>();
  private final long endMillis;

  PacedFeed(int length) {
    RecordedRun run = RecordedRun.load(RecordedRun.ONE_SECOND);
    long each = run.lastBucketEndSeconds() - run.firstBucketSeconds();
    long seq = 0;
    for (long shift = 0; shift < length; shift += each) {
      for (Push push : run.pushes("1", shift)) {
        long second = shift + push.offsetMillis() / 1000;
        while (seconds.size() <= second) {
          seconds.add(new ArrayList<>());
        }
        long at = (run.firstBucketSeconds() + second) * 1000;
        seconds.get((int) second).add(
            new LogRecord(++seq, at, LogRecord.Kind.METRIC_SET, "", 0, 0, push.snappyMetricSet()));
      }
    }
    endMillis = (run.firstBucketSeconds() + seconds.size()) * 1000;
  }

  /** When the last push came, by the time that is in the log. */
  long endMillis() {
    return endMillis;
  }

  int length() {
    return seconds.size();
  }

  /** Waits for its time, then lets the pushes of the next second be read. */
  void revealNext() {
    if (!revealed.isEmpty()) {
      LockSupport.parkNanos(revealed.getLast() + PACE.toNanos() - System.nanoTime());
    }
    synchronized (this) {
      log.addAll(seconds.get(revealed.size()));
      revealed.add(System.nanoTime());
    }
  }

  /** When each second was let be read, by {@link System#nanoTime}. */
  List<Long> revealed() {
    return revealed;
  }

  @Override
  public synchronized List<LogRecord> read(long afterSeq, int limit) {
    int from = Math.toIntExact(afterSeq);
    return List.copyOf(log.subList(from, Math.min(log.size(), from + limit)));
  }

  @Override
  public synchronized long[] firstBuckets(long throughSeq) {
    return log.stream().limit(throughSeq).mapToLong(LogRecord::firstBucket).toArray();
  }

  @Override
  public synchronized long head() {
    return log.size();
  }
}
