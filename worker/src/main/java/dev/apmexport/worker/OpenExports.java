package dev.apmexport.worker;

import dev.apmexport.exporter.Export;
import dev.apmexport.store.ledger.LedgerWriter;
import dev.apmexport.store.ledger.PostgresLedger;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.Runs;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Opens a run's exports with their secrets and takes over their ledgers: from then on no other worker can book for
 * them.
 */
public final class OpenExports {
  private final Runs runs;
  private final JdbcClient jdbc;
  private final LedgerWriter ledgers;

  public OpenExports(Runs runs, JdbcClient jdbc, LedgerWriter ledgers) {
    this.runs = runs;
    this.jdbc = jdbc;
    this.ledgers = ledgers;
  }

  public Export take(RunExport export) {
    return new Export(export.index(), runs.open(export), PostgresLedger.takeOver(jdbc, ledgers, export.id()));
  }
}
