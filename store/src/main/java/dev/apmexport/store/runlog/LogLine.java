package dev.apmexport.store.runlog;

import org.jspecify.annotations.Nullable;

/**
 * One line of a load generator's log.
 *
 * @param atNanos nanoseconds since 1970, by the load generator's clock
 * @param level as the load generator names it, such as {@code warning}
 * @param source what wrote it, such as {@code console}; null where that is not said
 */
public record LogLine(long atNanos, String level, @Nullable String source, String message) {}
