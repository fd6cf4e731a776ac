package dev.apmexport.api.apm;

import dev.apmexport.exporter.SeriesEstimate;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ExportConfig;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is to be said of a block before a run.
 *
 * @param export the block in full, with {@code ***} in place of its secrets; null if it is disabled
 * @param connection null unless it was to be tested
 */
public record CheckedBlock(int index, String provider, boolean enabled, List<Problem> problems,
    @Schema(type = "object") @Nullable ObjectNode export, Series series,
    ConnectionTest.@Nullable Connection connection) {

  /**
   * What the block would make.
   *
   * @param names of metrics at the destination; of a metric of unknown type the name without its statistics
   * @param estimatedCount of series; null where nothing tells
   * @param estimatedFrom the run whose series were counted; null if there was none
   */
  public record Series(List<String> names, @Nullable Integer estimatedCount, @Nullable String estimatedFrom) {
    static final Series NONE = new Series(List.of(), null, null);
  }

  static CheckedBlock disabled(ApmBlock block) {
    return new CheckedBlock(block.index(), block.provider(), false, block.problems(), null, Series.NONE, null);
  }

  /** @param run whose series were counted; null if there was none */
  static CheckedBlock enabled(ApmBlock block, ExportConfig config, SeriesEstimate estimate, @Nullable String run,
      int limit, ConnectionTest.@Nullable Connection connection) {
    Series series = new Series(estimate.names(), run == null ? null : estimate.count(), run);
    List<Problem> problems = new ArrayList<>(block.problems());
    if (run != null) {
      estimate.warnings().forEach(warning -> problems
          .add(Problem.warning(warning.path(), "judged by run " + run + ": " + warning.message())));
      problems.addAll(tooMany("apm[" + block.index() + "]", series, limit));
    }
    return new CheckedBlock(block.index(), block.provider(), true, problems, config.normalized(), series, connection);
  }

  private static List<Problem> tooMany(String path, Series series, int limit) {
    Integer count = series.estimatedCount;
    if (count == null) {
      return List.of(Problem.warning(path, "asks for too much of run " + series.estimatedFrom
          + " for its series to be counted before the run."));
    }
    return count <= limit ? List.of() : List.of(Problem.warning(path, "would make " + count + " series, judged by run "
        + series.estimatedFrom + ", and at most " + limit + " are exported; the others would be refused. Keep fewer "
        + "tags, or have an operator raise the tenant's outputSeriesLimit."));
  }
}
