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

/**
 * Finds the exports of runs that are not over which may write the same series to the same destination as a new run's.
 * Two runs that are made in the same moment may overlook each other.
 */
final class SharedDestinations {
  private final RunExportRepository exports;
  private final JdbcClient jdbc;
  private final Function<RunExport, ExportConfig> open;

  SharedDestinations(RunExportRepository exports, JdbcClient jdbc, Function<RunExport, ExportConfig> open) {
    this.exports = exports;
    this.jdbc = jdbc;
    this.open = open;
  }

  /** Marks the other runs' exports, and returns one of them for each of the new run's blocks that has any. */
  Map<Integer, RunExport> mark(TestRun run, List<ApmBlock> blocks) {
    Map<Integer, RunExport> rivals = new HashMap<>();
    if (blocks.stream().noneMatch(ApmBlock::enabled)) { return rivals; }
    List<Long> shared = new ArrayList<>();
    for (RunExport other : exports.openBeside(run.tenant().value(), run.id())) {
      List<ApmBlock> rivalled = rivalled(blocks, other);
      rivalled.forEach(block -> rivals.putIfAbsent(block.index(), other));
      if (!rivalled.isEmpty()) {
        shared.add(other.id());
      }
    }
    if (!shared.isEmpty()) {
      jdbc.sql("update export set shared = true where id in (:ids)").param("ids", shared).update();
    }
    return rivals;
  }

  private List<ApmBlock> rivalled(List<ApmBlock> blocks, RunExport other) {
    if (blocks.stream().noneMatch(block -> block.provider().equals(other.provider()))) { return List.of(); }
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

  static ApmBlock warned(ApmBlock block, RunExport rival) {
    ExportConfig config = block.config();
    return config == null ? block : block.with(Problem.warning("apm[" + block.index() + "].includeTestRunId",
        "run " + rival.testRunId() + " is not over and writes the same series to " + config.sink().destination()
            + "; set includeTestRunId: true, so that each run has series of its own."));
  }
}
