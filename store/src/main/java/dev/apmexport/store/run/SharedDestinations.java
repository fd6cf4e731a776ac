package dev.apmexport.store.run;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.store.secret.SecretsUnavailable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Finds the exports of runs that are not over which may write the same series to the same destination as a new run's. */
final class SharedDestinations {
  /** Each has to be opened with its secrets, while whoever makes a run waits. */
  static final int MOST_COMPARED = 200;

  private final RunExportRepository exports;
  private final JdbcClient jdbc;
  private final Function<RunExport, ExportConfig> open;

  SharedDestinations(RunExportRepository exports, JdbcClient jdbc, Function<RunExport, ExportConfig> open) {
    this.exports = exports;
    this.jdbc = jdbc;
    this.open = open;
  }

  /**
   * What a new run has found beside it.
   *
   * @param rivals one of the other runs' exports for each of the run's blocks that has any
   * @param complete whether there were no more exports than were looked at
   */
  record Found(Map<Integer, RunExport> rivals, boolean complete) {
    boolean isShared(ApmBlock block) {
      return rivals.containsKey(block.index());
    }

    /** The block with a warning of what was found. */
    ApmBlock warned(ApmBlock block) {
      ExportConfig config = block.config();
      RunExport rival = rivals.get(block.index());
      if (config == null || rival == null && (complete || !mayBeShared(config))) { return block; }
      return block.with(rival == null ? overlooked(block) : shared(block, config, rival));
    }
  }

  /** Marks the other runs' exports. Two runs of a tenant do not overlook each other: the second waits for the first. */
  Found mark(TestRun run, List<ApmBlock> written) {
    List<ApmBlock> blocks = written.stream().filter(SharedDestinations::mayBeShared).toList();
    if (blocks.isEmpty()) { return new Found(Map.of(), true); }
    jdbc.sql("select pg_advisory_xact_lock(hashtextextended('shared_destinations', ?))").param(run.tenant().value())
        .query((_, _) -> true).single();
    List<RunExport> others = exports.openBeside(run.tenant().value(), run.id(), MOST_COMPARED + 1);
    Map<Integer, RunExport> rivals = new HashMap<>();
    List<Long> shared = new ArrayList<>();
    for (RunExport other : others) {
      List<ApmBlock> rivalled = rivalled(blocks, other);
      rivalled.forEach(block -> rivals.putIfAbsent(block.index(), other));
      if (!rivalled.isEmpty()) {
        shared.add(other.id());
      }
    }
    if (!shared.isEmpty()) {
      jdbc.sql("update export set shared = true where id in (:ids)").param("ids", shared).update();
    }
    return new Found(rivals, others.size() <= MOST_COMPARED);
  }

  private static boolean mayBeShared(ApmBlock block) {
    ExportConfig config = block.config();
    return config != null && mayBeShared(config);
  }

  /** As the next run of the same script would show. */
  private static boolean mayBeShared(ExportConfig config) {
    return config.mayCollideWith(config);
  }

  private List<ApmBlock> rivalled(List<ApmBlock> blocks, RunExport other) {
    Optional<ExportConfig> theirs = opened(other);
    return theirs.isEmpty() ? List.of() : blocks.stream().filter(block -> {
      ExportConfig mine = block.config();
      return mine != null && mine.mayCollideWith(theirs.get());
    }).toList();
  }

  /** What cannot be opened cannot be exported either. */
  private Optional<ExportConfig> opened(RunExport other) {
    try {
      return Optional.of(open.apply(other));
    } catch (SecretsUnavailable e) {
      return Optional.empty();
    }
  }

  private static Problem shared(ApmBlock block, ExportConfig config, RunExport rival) {
    return Problem.warning("apm[" + block.index() + "].includeTestRunId", "run " + rival.testRunId()
        + " is not over and writes the same series to " + config.sink().destination()
        + "; set includeTestRunId: true, so that each run has series of its own.");
  }

  private static Problem overlooked(ApmBlock block) {
    return Problem.warning("apm[" + block.index() + "]", "was compared with the newest " + MOST_COMPARED
        + " exports of runs that are not over, and there are more; an older one may write the same series. Set "
        + "includeTestRunId: true, so that each run has series of its own.");
  }
}
