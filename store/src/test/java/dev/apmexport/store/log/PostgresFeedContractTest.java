package dev.apmexport.store.log;

import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.RunFeed;
import dev.apmexport.exporter.source.RunFeedContract;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.run.TestRun;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

class PostgresFeedContractTest extends WithStore implements RunFeedContract {
  private TestRun run;

  @Override
  public RunFeed newRun() {
    run = bareRun();
    return log.feed(run.id(), run.createdAt());
  }

  @Override
  public long append(String key, Duration keyFor, String instance, long lastBucket, byte[] payload) {
    MetricLog.Entry push = new MetricLog.Entry(Kind.METRIC_SET, instance, key, keyFor, BUCKET, lastBucket, payload);
    return switch (log.append(run.id(), push)) {
      case MetricLog.Appended.Added(long seq, boolean _) -> seq;
      case MetricLog.Appended.Repeated(long seq) -> seq;
      case MetricLog.Appended refused -> throw new AssertionError(refused);
    };
  }

  @Override
  public void finish() {
    log.finish(run.id(), true, "{}".getBytes(StandardCharsets.UTF_8));
  }
}
