package dev.apmexport.worker.replay;

import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A log that gives nothing more once its reader is to stop: going over a long one takes minutes.
 *
 * @param head the last record that its reader is to know of
 */
record StoppableFeed(RunFeed feed, long head, BooleanSupplier stop) implements RunFeed {
  @Override
  public List<LogRecord> read(long afterSeq, int limit) {
    if (stop.getAsBoolean()) { throw new Stopped(); }
    return feed.read(afterSeq, limit);
  }

  @Override
  public long[] firstBuckets(long throughSeq) {
    return feed.firstBuckets(throughSeq);
  }
}
