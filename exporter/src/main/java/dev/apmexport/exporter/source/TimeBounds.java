package dev.apmexport.exporter.source;

import dev.apmexport.exporter.metric.Refusal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The bucket times a push may hold, relative to its arrival; what lies outside is refused sample by sample. */
public record TimeBounds(long earliest, long latest) {
  private static final long AHEAD = Duration.ofMinutes(10).toSeconds();
  private static final long BEHIND = Duration.ofDays(30).toSeconds();

  public static TimeBounds around(long receivedAtMillis) {
    long second = Math.floorDiv(receivedAtMillis, 1000L);
    return new TimeBounds(second - BEHIND, second + AHEAD);
  }

  public @Nullable Refusal refusal(long bucket) {
    if (bucket > latest) { return Refusal.TOO_FAR_AHEAD; }
    return bucket < earliest ? Refusal.TOO_OLD : null;
  }
}
