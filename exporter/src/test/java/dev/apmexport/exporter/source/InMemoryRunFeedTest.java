package dev.apmexport.exporter.source;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

class InMemoryRunFeedTest implements RunFeedContract {
  private InMemoryMetricLog log;

  @Override
  public RunFeed newRun() {
    log = new InMemoryMetricLog(InstantSource.fixed(Instant.ofEpochSecond(BUCKET + 60)));
    return log.feed();
  }

  @Override
  public long append(String key, Duration keyFor, String instance, long lastBucket, byte[] payload) {
    return log.append(key, keyFor, instance, payload);
  }

  @Override
  public void finish() {
    log.finish();
  }
}
