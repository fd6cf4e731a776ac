package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Series;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which metrics of one destination its intake has still to be told of, and when each is tried next; shared by all that
 * write there. What was told is known while the process lives: to tell it again after a restart does no harm.
 */
final class UntoldMetrics {
  private static final Duration FIRST_WAIT = Duration.ofSeconds(30);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
  /** A destination with more names than that has none that anybody reads. */
  private static final int MOST = 10_000;

  /** A metric, and after how long it is tried again if this try fails. */
  record Try(String name, MetricMetadata metadata, long dueMillis, Duration nextWait) {}

  private final Map<String, Try> waiting = new LinkedHashMap<>();
  private final Set<String> seen = new HashSet<>();
  private long restUntil = Long.MIN_VALUE;
  private boolean busy;

  synchronized void see(Series series) {
    if (seen.size() < MOST && seen.add(series.name())) {
      waiting.put(series.name(), new Try(series.name(), MetricMetadata.of(series), Long.MIN_VALUE, FIRST_WAIT));
    }
  }

  /** Whether something is to be told now and nobody does; then the caller is the one, until {@link #next} is null. */
  synchronized boolean begin(long now) {
    boolean mine = !busy && due(now) != null;
    busy |= mine;
    return mine;
  }

  /** The next metric to tell, or null if there is none now. */
  synchronized @Nullable Try next(long now) {
    Try next = due(now);
    busy = next != null;
    return next;
  }

  private @Nullable Try due(long now) {
    return now < restUntil ? null
        : waiting.values().stream().filter(one -> one.dueMillis <= now).findFirst().orElse(null);
  }

  synchronized void told(Try one) {
    waiting.remove(one.name);
  }

  /** This one failed; others may be better. */
  synchronized void failed(Try one, long now) {
    Duration doubled = one.nextWait.multipliedBy(2);
    waiting.put(one.name, new Try(one.name, one.metadata, now + one.nextWait.toMillis(),
        doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled));
  }

  /** Nothing is tried before this time. */
  synchronized void restUntil(long millis) {
    restUntil = millis;
  }
}
