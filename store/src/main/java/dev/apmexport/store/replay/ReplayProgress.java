package dev.apmexport.store.replay;

import org.jspecify.annotations.Nullable;

/**
 * How far a part of a replay is.
 *
 * @param steps requests that it takes in all; 0 while that is not known
 * @param sent points that the destination has taken
 * @param refused points that it has not
 * @param pointsPerSecond over the last ten seconds
 * @param secondsLeft at that rate; null while that cannot be told
 * @param lastError the destination's latest failure in its own words
 */
public record ReplayProgress(long steps, long stepsDone, long sent, long refused, double pointsPerSecond,
    @Nullable Long secondsLeft, @Nullable String lastError) {
  public static final ReplayProgress NONE = new ReplayProgress(0, 0, 0, 0, 0, null, null);
}
