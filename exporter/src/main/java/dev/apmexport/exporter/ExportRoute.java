package dev.apmexport.exporter;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.resample.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An export's entries applied to input series. An output belongs to the entry that made it first; others leave it
 * alone.
 */
final class ExportRoute implements Route {
  private record Place(String name, Labels labels) {}

  private record Owner(int entry, String metric) {}

  private final ExportConfig config;
  private final String testRunId;
  private final Map<Place, Owner> owners = new HashMap<>();

  ExportRoute(ExportConfig config, String testRunId) {
    this.config = config;
    this.testRunId = testRunId;
  }

  @Override
  public List<Output> outputs(InputSeries series) {
    List<Output> outputs = new ArrayList<>(1);
    for (int i = 0; i < config.metrics().size(); i++) {
      MetricEntry entry = config.metrics().get(i);
      if (entry.source().matches(series)) {
        Output output = output(entry, series);
        Owner owner = new Owner(i, series.name());
        if (owner.equals(owners.computeIfAbsent(new Place(output.name(), output.labels()), _ -> owner))) {
          outputs.add(output);
        }
      }
    }
    return outputs;
  }

  private Output output(MetricEntry entry, InputSeries series) {
    String name = entry.target() == null ? config.sink().name(series.name()) : entry.target();
    Labels kept = config.sink().labels(series.labels().keep(entry.keepTags()));
    Labels labels = config.includeTestRunId() ? kept.with("test_run_id", testRunId) : kept;
    return new Output(series.name(), series.type(), name, labels);
  }
}
