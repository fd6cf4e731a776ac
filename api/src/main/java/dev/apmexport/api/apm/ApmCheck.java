package dev.apmexport.api.apm;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.SeriesEstimate;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.store.run.RunSeries;
import dev.apmexport.store.tenant.Tenant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells of blocks what they would do in a run, by what earlier runs were like. */
public final class ApmCheck {
  private final RunSeries series;
  private final ConnectionTest connections;
  private final DatabasePatience patience;

  public ApmCheck(RunSeries series, ConnectionTest connections, DatabasePatience patience) {
    this.series = series;
    this.connections = connections;
    this.patience = patience;
  }

  /** The answer, a block each. */
  public record Answer(List<CheckedBlock> blocks) {}

  /**
   * Checks the blocks of a list.
   *
   * @param name of the runs to come; null if it is not known
   * @param connect whether their destinations are to be asked
   */
  public Answer check(Tenant tenant, List<ApmBlock> written, @Nullable String name, boolean connect) {
    List<ApmBlock> blocks = tenant.admit(written);
    List<Export.Neighbour> enabled = enabled(blocks);
    Optional<RunSeries.Kept> run = name == null ? Optional.empty()
        : patience.call(0, () -> series.newest(tenant.id(), name));
    Map<Integer, SeriesEstimate> estimates = estimates(enabled, run);
    Map<Integer, ConnectionTest.Connection> tested = connect ? tested(enabled) : Map.of();
    String runId = run.map(kept -> Long.toString(kept.testRunId())).orElse(null);
    return new Answer(blocks.stream().map(block -> {
      ExportConfig config = block.config();
      SeriesEstimate estimate = estimates.get(block.index());
      return config == null || estimate == null ? CheckedBlock.disabled(block)
          : CheckedBlock.enabled(block, config, estimate, runId, tenant.outputSeriesLimit(), tested.get(block.index()));
    }).toList());
  }

  private static List<Export.Neighbour> enabled(List<ApmBlock> blocks) {
    List<Export.Neighbour> enabled = new ArrayList<>();
    for (ApmBlock block : blocks) {
      ExportConfig config = block.config();
      if (config != null) {
        enabled.add(new Export.Neighbour(block.index(), config));
      }
    }
    return enabled;
  }

  private static Map<Integer, SeriesEstimate> estimates(List<Export.Neighbour> enabled, Optional<RunSeries.Kept> run) {
    Map<Integer, SeriesEstimate> estimates = new HashMap<>();
    enabled.forEach(block -> estimates.put(block.index(), new SeriesEstimate(block, enabled)));
    run.ifPresent(kept -> kept.forEach(input -> estimates.values().forEach(estimate -> estimate.add(input))));
    return estimates;
  }

  private Map<Integer, ConnectionTest.Connection> tested(List<Export.Neighbour> enabled) {
    List<ConnectionTest.Connection> results = connections.test(enabled.stream().map(Export.Neighbour::config).toList());
    Map<Integer, ConnectionTest.Connection> tested = new HashMap<>();
    for (int i = 0; i < results.size(); i++) {
      tested.put(enabled.get(i).index(), results.get(i));
    }
    return tested;
  }
}
