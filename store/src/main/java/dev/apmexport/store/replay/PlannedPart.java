package dev.apmexport.store.replay;

import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.store.run.ReplayExports;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.secret.SecretsUnavailable;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One export that a replay would go over, and what it would book in.
 *
 * @param original the run's; null where the run has none and the points go to another destination
 * @param goesOn the export whose ledger is gone on with; null if a new one is made
 * @param elsewhere the other destination; null for the original's
 */
record PlannedPart(int index, @Nullable RunExport original, @Nullable RunExport goesOn,
    @Nullable DestinationBlock elsewhere, String destination) {

  /** @throws ReplayRefused if the request does not fit the run, or its destinations cannot be opened */
  static List<PlannedPart> of(ReplayExports exports, TestRun run, ReplayRequest wanted) {
    List<RunExport> chosen = chosen(exports.of(run), wanted);
    if (wanted.destination() != null) {
      return List.of(elsewhere(exports, run, wanted, chosen.isEmpty() ? null : chosen.getFirst()));
    }
    return chosen.stream().map(original -> home(exports, run, wanted, original)).toList();
  }

  private static List<RunExport> chosen(List<RunExport> all, ReplayRequest wanted) {
    Integer index = wanted.exportIndex();
    List<RunExport> chosen = all.stream()
        .filter(export -> index == null ? !export.isDisabled() : export.index() == index)
        .toList();
    boolean elsewhere = wanted.destination() != null;
    if (index != null && chosen.isEmpty()) {
      throw ReplayRefused.wrong("exportIndex", "is " + index + ", and the run has " + (all.isEmpty() ? "no exports."
          : "the exports " + all.stream().map(RunExport::index).toList() + "."));
    }
    if (index != null && !elsewhere && chosen.getFirst().isDisabled()) {
      throw ReplayRefused.wrong("exportIndex",
          "is " + index + ", and that export is disabled; correct its block and give it "
              + "as the destination.");
    }
    if (chosen.isEmpty() && !elsewhere) {
      throw ReplayRefused.wrong("destination",
          "is missing: the run has no export that is enabled, so an apm block must say "
              + "where its points are to go.");
    }
    if (chosen.size() > 1 && elsewhere) {
      throw ReplayRefused.wrong("exportIndex", "is missing: the run has the exports "
          + chosen.stream().map(RunExport::index).toList() + ", and one destination takes the points of one of them.");
    }
    return chosen;
  }

  private static PlannedPart home(ReplayExports exports, TestRun run, ReplayRequest wanted, RunExport original) {
    try {
      ExportConfig config = exports.open(run, original);
      return new PlannedPart(original.index(), original,
          wanted.mode() == ReplayRequest.Mode.DIFFERENCE ? original : null, null, config.sink().destination());
    } catch (SecretsUnavailable e) {
      throw ReplayRefused.notNow("Export " + original.index() + " of run " + run.id() + " cannot be opened. "
          + e.getMessage() + " Give its block, with its secrets, as the destination.");
    }
  }

  private static PlannedPart elsewhere(ReplayExports exports, TestRun run, ReplayRequest wanted,
      @Nullable RunExport original) {
    int index = original == null ? 0 : original.index();
    DestinationBlock block = DestinationBlock.of(index, Objects.requireNonNull(wanted.destination()),
        original == null ? null : ReplayExports.written(original));
    ExportConfig config = block.read().config();
    if (config == null) { throw ReplayRefused.wrong(block.read().problems()); }
    RunExport earlier = wanted.mode() == ReplayRequest.Mode.DIFFERENCE ? exports.earlier(run, index, config) : null;
    return new PlannedPart(index, original, earlier, block, config.sink().destination());
  }

  /** The export that is booked in; made, where there is none yet. */
  RunExport export(ReplayExports exports, TestRun run, long replayId) {
    if (goesOn != null) { return goesOn; }
    if (elsewhere == null) { return exports.copy(run, Objects.requireNonNull(original), replayId); }
    ApmBlock block = elsewhere.read();
    return exports.make(run, block, elsewhere.written(), replayId);
  }
}
