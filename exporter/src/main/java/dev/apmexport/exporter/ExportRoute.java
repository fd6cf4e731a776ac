package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.resample.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An export's entries applied to input series. A series at a destination belongs to the entry that made it first, in
 * the order of the log and then of the blocks; other entries leave it alone, those of other blocks too. So every
 * neighbour's entries are applied as well: what they own is the same in every export and in every pass.
 */
final class ExportRoute implements Route {
  /** An entry of this export or of a neighbour's; {@code use} is kept for all, but told for the export's own only. */
  private record Writer(ExportConfig config, MetricEntry entry, String place, EntryUse use, boolean own) {}

  private final List<Writer> writers = new ArrayList<>();
  private final Map<Long, Writer> owners = new HashMap<>();
  private final Set<String> metrics = new TreeSet<>();
  private final String testRunId;

  ExportRoute(Export export, String testRunId) {
    this.testRunId = testRunId;
    for (Export.Neighbour neighbour : export.neighbours()) {
      String block = "apm[" + neighbour.index() + "]";
      neighbour.config().metrics().forEach(entry -> writers.add(new Writer(neighbour.config(), entry,
          EntryUse.place(block, entry), new EntryUse(block, entry), neighbour.index() == export.index())));
    }
  }

  @Override
  public Destinations outputs(InputSeries series) {
    metrics.add(series.name());
    List<Output> outputs = new ArrayList<>(1);
    int taken = 0;
    for (Writer writer : writers) {
      if (writer.entry().source().matches(series)) {
        writer.use().matched(series);
        Output output = output(writer, series);
        boolean mine = claim(writer, output);
        if (writer.own() && mine) {
          outputs.add(output);
        }
        taken += writer.own() && !mine ? 1 : 0;
      }
    }
    return new Destinations(outputs, taken);
  }

  private Output output(Writer writer, InputSeries series) {
    ExportConfig config = writer.config();
    String name = config.name(writer.entry());
    Labels labels = config.labels(writer.entry(), series, testRunId);
    return new Output(series.name(), series.type(), name, labels,
        config.sink().seriesNames(series.type(), name).size());
  }

  /** Takes all series of an output for a writer, unless one of them is another's. */
  private boolean claim(Writer writer, Output output) {
    List<Long> keys = writer.config().sink().seriesNames(output.type(), output.name()).stream()
        .map(name -> new Series(name, output.labels()).key()).toList();
    for (Long key : keys) {
      Writer owner = owners.getOrDefault(key, writer);
      if (owner != writer) {
        writer.use().leftTo(owner.place());
        return false;
      }
    }
    keys.forEach(key -> owners.put(key, writer));
    return true;
  }

  /** What the run has shown so far that the user should know. */
  List<Problem> warnings(boolean ended) {
    List<Problem> warnings = new ArrayList<>();
    writers.stream().filter(Writer::own).forEach(writer -> writer.use().tell(metrics, ended, warnings));
    return warnings;
  }
}
