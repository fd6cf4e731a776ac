package dev.apmexport.exporter;

/**
 * How the points of an export's first pass came about, which is all that tells what its ledger's fingerprints stand for.
 *
 * @param complete whether the log was complete when it was folded, as for a replay; else it was folded as it grew
 * @param range of which points were sent
 */
public record FirstPass(boolean complete, Range range) {
  public static final FirstPass LIVE = new FirstPass(false, Range.ALL);
}
