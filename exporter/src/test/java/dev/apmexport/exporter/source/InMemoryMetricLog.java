package dev.apmexport.exporter.source;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** A run's log in memory, with the memory for pushes that the store has: one that came before is not appended again. */
public final class InMemoryMetricLog {
  private final InMemoryRunFeed feed = new InMemoryRunFeed();
  private final Map<String, Known> known = new HashMap<>();
  private final InstantSource clock;

  private record Known(long seq, long untilMillis) {}

  public InMemoryMetricLog(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Appends a push, or finds it.
   *
   * @param key the same for every try to deliver the same push
   * @param keyFor how long the key stands for this push
   * @return the push's number in the log
   */
  public synchronized long append(String key, Duration keyFor, String instance, byte[] payload) {
    String place = instance + "\n" + key;
    Known before = known.get(place);
    if (before != null && clock.millis() < before.untilMillis) { return before.seq; }
    long seq = feed.append(LogRecord.Kind.METRIC_SET, instance, clock.millis(), payload);
    known.put(place, new Known(seq, clock.millis() + keyFor.toMillis()));
    return seq;
  }

  public void finish() {
    feed.finish(clock.millis());
  }

  public InMemoryRunFeed feed() {
    return feed;
  }
}
