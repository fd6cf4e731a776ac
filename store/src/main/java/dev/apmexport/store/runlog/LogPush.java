package dev.apmexport.store.runlog;

import java.util.List;

/**
 * Lines that a load generator has sent in one go.
 *
 * @param body as it was sent, by which a repeated push is known
 * @param newest in the order of their times, not more than a run keeps
 * @param leftOut how many older ones there were
 */
public record LogPush(byte[] body, List<LogLine> newest, long leftOut) {}
