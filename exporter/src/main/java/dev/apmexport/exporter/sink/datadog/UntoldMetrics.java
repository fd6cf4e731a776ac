package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Series;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which metrics of one destination its intake has still to be told of, and when each is tried next; shared by all that
 * write there. What was told is known while the process lives: to tell it again after a restart does no harm.
 */
final class UntoldMetrics {
  private static final Duration FIRST_WAIT = Duration.ofSeconds(30);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
  /** So long after the last batch a metric is still tried; one that is not known by then waits for the next batch. */
  private static final Duration AFTERWARDS = Duration.ofMinutes(30);
  /** A destination with more names than that has none that anybody reads. */
  private static final int MOST = 10_000;

  /** A metric, and after how long it is tried again if this try fails. */
  record Try(String name, MetricMetadata metadata, long dueMillis, Duration nextWait) {}

  private final Map<String, Try> waiting = new LinkedHashMap<>();
  private final Set<String> seen = new HashSet<>();
  private long restUntil = Long.MIN_VALUE;
  private long lastBatch = Long.MIN_VALUE;
  private boolean busy;
  /** Until when somebody rests; {@link Long#MAX_VALUE} if nobody does. */
  private long looksAt = Long.MAX_VALUE;

  synchronized void see(Series series) {
    if (seen.size() < MOST && seen.add(series.name())) {
      waiting.put(series.name(), new Try(series.name(), MetricMetadata.of(series), Long.MIN_VALUE, FIRST_WAIT));
    }
  }

  /**
   * Takes note that a batch was taken. Returns whether something is to be told now and nobody does; then the caller is
   * the one, until {@link #next} is null.
   */
  synchronized boolean taken(long now) {
    lastBatch = now;
    boolean mine = !busy && due(now) != null;
    busy |= mine;
    return mine;
  }

  /** Until when whoever has told what was due rests, to {@link #look} again; empty if that is not for it to do. */
  synchronized OptionalLong rest() {
    long due = Math.max(restUntil, waiting.values().stream().mapToLong(Try::dueMillis).min().orElse(Long.MAX_VALUE));
    if (due >= looksAt || due > lastBatch + AFTERWARDS.toMillis()) { return OptionalLong.empty(); }
    looksAt = due;
    return OptionalLong.of(due);
  }

  /** A rest is over. Returns whether the caller is the one who tells now, as of {@link #taken}. */
  synchronized boolean look(long rested) {
    if (rested != looksAt) { return false; } // somebody was to look earlier, and sees to the rest
    looksAt = Long.MAX_VALUE;
    boolean mine = !busy;
    busy = true;
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
