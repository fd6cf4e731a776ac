package dev.apmexport.store.replay;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a replay of everything would send.
 *
 * @param steps requests
 * @param from the earliest time of a point; null if there is none
 * @param to the latest
 */
public record ReplaySurvey(long steps, long points, long series, @Nullable Instant from, @Nullable Instant to) {}
