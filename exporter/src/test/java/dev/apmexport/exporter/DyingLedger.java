package dev.apmexport.exporter;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;

/** A worker that is gone after so many writes. */
class DyingLedger implements Ledger {
  private final Ledger ledger;
  private int left;

  DyingLedger(Ledger ledger, int writes) {
    this.ledger = ledger;
    this.left = writes;
  }

  private synchronized void live() {
    if (left-- <= 0) { throw new Fenced("died"); }
  }

  @Override
  public LedgerState load() {
    return ledger.load();
  }

  @Override
  public void book(Booking booking) {
    live();
    ledger.book(booking);
  }

  @Override
  public void settle(int pass, int shard, long step) {
    live();
    ledger.settle(pass, shard, step);
  }

  @Override
  public void doubtful(int pass, int shard, long step, long atMillis) {
    live();
    ledger.doubtful(pass, shard, step, atMillis);
  }

  @Override
  public void reject(Rejection rejection) {
    live();
    ledger.reject(rejection);
  }
}
