package dev.apmexport.worker.replay;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.FirstPass;
import dev.apmexport.exporter.Forerunner;
import dev.apmexport.exporter.RunSettings;
import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.worker.OpenExports;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Finds the exports that have sent points of a run to where one of its replays goes. */
final class Forerunners {
  /** No log ends there. */
  private static final long NO_LOG = -1;

  private final RunExportRepository exports;
  private final Replays replays;
  private final OpenExports open;

  Forerunners(RunExportRepository exports, Replays replays, OpenExports open) {
    this.exports = exports;
    this.replays = replays;
    this.open = open;
  }

  /**
   * Those before an export of a replay; none for one of the run's own, whose ledger shows what it has sent.
   *
   * @param export the same, opened
   * @param throughSeq the last record of the log that the replay knows of
   */
  List<Forerunner> of(TestRun run, RunExport stored, Export export, long throughSeq) {
    if (stored.replayId() == null) { return List.of(); }
    // Of the same log another version may have made other points.
    boolean sameFold = run.settings().foldVersion() == RunSettings.FOLD_VERSION;
    return exports.before(stored.id(), sameFold ? throughSeq : NO_LOG).stream()
        .flatMap(other -> to(stored, export, other).stream()).toList();
  }

  private Optional<Forerunner> to(RunExport stored, Export export, RunExport other) {
    return open.look(other).filter(seen -> goesTo(stored, export, other, seen))
        .map(seen -> new Forerunner(seen, first(other)));
  }

  /** Where the secrets are gone, the address has to do: another tenant of the same receiver is taken for the same. */
  private boolean goesTo(RunExport stored, Export export, RunExport other, Export seen) {
    return seen.config().sink().sharesDestinationWith(export.config().sink())
        || !open.opens(other) && Objects.equals(stored.destination(), other.destination());
  }

  private FirstPass first(RunExport other) {
    Long replay = other.replayId();
    return replay == null ? FirstPass.LIVE
        : new FirstPass(true, replays.find(replay).map(PartPass::range).orElseThrow());
  }
}
