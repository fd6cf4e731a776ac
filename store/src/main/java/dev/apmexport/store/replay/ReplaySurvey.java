package dev.apmexport.store.replay;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a replay of everything would send.
 *
 * @param steps requests
 * @param from the earliest time of a point; null if there is none
 * @param to the latest
 * @param tooOld points beside these, which are not sent: the destination would drop them and say that it took them; null
 *   in surveys of earlier versions
 * @param beyondWindow how many of the points are older than the receiver's out-of-order window, and refused where it
 *   holds anything that is newer; null in surveys of earlier versions
 */
public record ReplaySurvey(long steps, long points, long series, @Nullable Instant from, @Nullable Instant to,
    @Nullable Long tooOld, @Nullable Long beyondWindow) {}
