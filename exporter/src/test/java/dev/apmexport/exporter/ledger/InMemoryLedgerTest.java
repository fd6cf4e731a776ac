package dev.apmexport.exporter.ledger;

class InMemoryLedgerTest extends LedgerContract {
  private InMemoryLedger ledger = new InMemoryLedger();

  @Override
  protected Ledger first() {
    return ledger;
  }

  @Override
  protected Ledger takeOver() {
    ledger = ledger.takeOver();
    return ledger;
  }
}
