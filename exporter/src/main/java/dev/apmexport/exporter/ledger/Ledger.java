package dev.apmexport.exporter.ledger;

/**
 * What one destination was sent and what it took, written by the one worker that holds the export. Every call is
 * durable when it returns, and throws {@link Fenced} if another worker has taken over since. Safe for several threads.
 */
public interface Ledger {
  LedgerState load();

  /** What was rejected in the first pass, and maybe more: all that has to be known of batches that are known to be settled. */
  default LedgerState loadRejections() {
    return load();
  }

  /** Books a batch before its first byte leaves. All earlier steps of the same pass and shard are settled by that. */
  void book(Booking booking);

  /** Notes that a step is settled: taken by the destination, except for what was rejected before. */
  void settle(int pass, int shard, long step);

  /**
   * Notes that a request of a booked step was given up without an answer, or that whoever booked the step is gone: what
   * it sent may still arrive, after all that was sent since. Asked before the step is sent again, or settled.
   *
   * @param atMillis when the request was given up, or the step was found
   */
  void doubtful(int pass, int shard, long step, long atMillis);

  void reject(Rejection rejection);
}
