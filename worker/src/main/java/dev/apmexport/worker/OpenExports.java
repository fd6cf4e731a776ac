package dev.apmexport.worker;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.store.ledger.LedgerWriter;
import dev.apmexport.store.ledger.PostgresLedger;
import dev.apmexport.store.run.ReplayExports;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.secret.SecretsUnavailable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Opens a run's exports with their secrets and takes over their ledgers: from then on no other worker can book for
 * them.
 */
public final class OpenExports {
  private static final Logger LOG = LoggerFactory.getLogger(OpenExports.class);

  private final Runs runs;
  private final RunExportRepository exports;
  private final JdbcClient jdbc;
  private final LedgerWriter ledgers;

  public OpenExports(Runs runs, RunExportRepository exports, JdbcClient jdbc, LedgerWriter ledgers) {
    this.runs = runs;
    this.exports = exports;
    this.jdbc = jdbc;
    this.ledgers = ledgers;
  }

  /**
   * What the exports of a run do, in the order of their blocks. One that cannot be opened is not among them: it writes
   * nothing, so no series is its own.
   */
  public List<Export.Neighbour> of(TestRun run) {
    List<Export.Neighbour> open = new ArrayList<>();
    for (RunExport export : exports.findByTestRunIdOrderByIndex(run.id())) {
      try {
        if (!export.isDisabled()) {
          open.add(new Export.Neighbour(export.index(), runs.open(export)));
        }
      } catch (SecretsUnavailable e) {
        LOG.debug("Export {} of run {} owns no series. {}", export.index(), run.id(), e.getMessage());
      }
    }
    return open;
  }

  /** Whether an export that could not be opened can be by now. */
  public boolean opens(RunExport export) {
    try {
      runs.open(export);
      return true;
    } catch (SecretsUnavailable e) {
      return false;
    }
  }

  /**
   * Opens what a replay goes by: an export of the run, or one of a replay's own in the place of the run's. Throws
   * {@link SecretsUnavailable} as {@link #take} does.
   *
   * @param run what the exports of its run do
   * @param dryRun whether the ledger is read only and whoever holds it keeps it
   */
  public Export forReplay(RunExport export, List<Export.Neighbour> run, boolean dryRun) {
    Export.Neighbour own = new Export.Neighbour(export.index(), runs.open(export));
    List<Export.Neighbour> beside = new ArrayList<>(run);
    beside.removeIf(one -> one.index() == own.index());
    beside.add(own);
    beside.sort(Comparator.comparingInt(Export.Neighbour::index));
    PostgresLedger ledger = dryRun ? PostgresLedger.reading(jdbc, ledgers, export.id())
        : PostgresLedger.takeOver(jdbc, ledgers, export.id());
    return new Export(own.index(), own.config(), ledger, own.among(beside), export.isShared());
  }

  /**
   * An export of a run, or of a replay of it, to be looked at: its ledger is only read. Its secrets may be gone, since
   * its series do not hang on them; nothing if this version does not read its block.
   */
  public Optional<Export> look(RunExport export) {
    List<Export.Neighbour> beside = new ArrayList<>();
    exports.findByTestRunIdOrderByIndex(export.testRunId()).stream()
        .filter(one -> !one.isDisabled() && one.index() != export.index())
        .forEach(one -> shown(one).ifPresent(beside::add));
    return shown(export).map(own -> {
      beside.add(own);
      beside.sort(Comparator.comparingInt(Export.Neighbour::index));
      return new Export(own.index(), own.config(), PostgresLedger.reading(jdbc, ledgers, export.id()),
          own.among(beside), export.isShared());
    });
  }

  private Optional<Export.Neighbour> shown(RunExport export) {
    try {
      return Optional.of(new Export.Neighbour(export.index(), runs.open(export)));
    } catch (SecretsUnavailable e) {
      return Optional.ofNullable(ApmBlocks.readBlock(export.index(), ReplayExports.written(export)).config())
          .map(config -> new Export.Neighbour(export.index(), config));
    }
  }

  /**
   * Throws {@link SecretsUnavailable} if it cannot be opened; it is not taken over then.
   *
   * @param run what the exports of its run do
   */
  public Export take(RunExport export, List<Export.Neighbour> run) {
    Export.Neighbour own = run.stream().filter(one -> one.index() == export.index()).findFirst()
        .orElseGet(() -> new Export.Neighbour(export.index(), runs.open(export)));
    return new Export(own.index(), own.config(), PostgresLedger.takeOver(jdbc, ledgers, export.id()), own.among(run),
        export.isShared());
  }
}
