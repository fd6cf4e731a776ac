package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.resample.Route;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.sink.SinkConfig.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An export's entries applied to input series. A series at a destination belongs to the entry that made it first, in
 * the order of the log and then of the blocks; other entries leave it alone, those of other blocks too. So every
 * neighbour's entries are applied as well, and its limit: what they own is the same in every export and in every pass.
 * Where a destination knows one kind for all series of a name, the first that is written decides it.
 */
final class ExportRoute implements Route {
  /**
   * An entry of this export, or of a neighbour's, which needs no {@code use}.
   *
   * @param number by which writers of all blocks are in order
   */
  private record Writer(int number, ExportConfig config, MetricEntry entry, String place, SeriesQuota quota,
      @Nullable EntryUse use) {
    Output output(InputSeries series, String testRunId) {
      return new Output(series.metric(), series.type(), series.statistic(), config.name(entry, series),
          config.labels(entry, series, testRunId));
    }

    List<Long> keys(Output output) {
      return config.sink().seriesNames(output.type(), output.name()).stream()
          .map(name -> new Series(name, output.labels()).key()).toList();
    }

    Map<String, Kind> kinds(Output output, int period) {
      int seconds = Window.effectiveSeconds(config.resampleRate(), period);
      return config.sink().kinds(output.type(), output.name(), seconds);
    }
  }

  /** Who writes a series, and what: an entry may have a trend and what another sender calls a statistic of it. */
  private record Owner(Writer writer, Output output) {}

  private final Map<String, List<Writer>> writers = new HashMap<>();
  private int numbered;
  private final List<EntryUse> uses = new ArrayList<>();
  private final Map<Long, Owner> owners = new HashMap<>();
  private final NameKinds names = new NameKinds();
  private final KeptTags tags = new KeptTags();
  private final Set<String> metrics = new TreeSet<>();
  private final String testRunId;
  private final SeriesQuota quota;
  private int period = 1;

  /** @param limit the most series that each export may make */
  ExportRoute(Export export, String testRunId, int limit) {
    this.testRunId = testRunId;
    this.quota = new SeriesQuota(limit);
    for (Export.Neighbour neighbour : export.neighbours()) {
      boolean own = neighbour.index() == export.index();
      SeriesQuota its = own ? quota : new SeriesQuota(limit);
      neighbour.config().metrics().forEach(entry -> add(neighbour, entry, its, own));
    }
  }

  /** @param period seconds per source bucket, which windows may have to be longer for */
  void begin(int period) {
    this.period = period;
  }

  private void add(Export.Neighbour neighbour, MetricEntry entry, SeriesQuota its, boolean own) {
    String place = EntryUse.place("apm[" + neighbour.index() + "]", entry);
    EntryUse use = own ? new EntryUse(place, entry) : null;
    if (use != null) {
      uses.add(use);
    }
    writers.computeIfAbsent(entry.source().metric(), _ -> new ArrayList<>())
        .add(new Writer(numbered++, neighbour.config(), entry, place, its, use));
  }

  @Override
  public Destinations outputs(InputSeries series) {
    metrics.add(series.name());
    metrics.add(series.metric());
    List<Output> outputs = new ArrayList<>(1);
    int refused = 0;
    for (Writer writer : writersOf(series)) {
      if (writer.entry().source().matches(series)) {
        Output output = writer.output(series, testRunId);
        boolean mine = claim(writer, output);
        if (writer.use() != null) {
          writer.use().matched(series);
          tags.see(series, writer.entry(), writer.place());
          if (mine) {
            outputs.add(output);
          }
          refused += mine ? 0 : 1;
        }
      }
    }
    return new Destinations(outputs, refused);
  }

  private List<Writer> writersOf(InputSeries series) {
    List<Writer> named = writers.getOrDefault(series.name(), List.of());
    if (series.statistic().isEmpty()) { return named; }
    List<Writer> all = new ArrayList<>(named);
    all.addAll(writers.getOrDefault(series.metric(), List.of()));
    all.sort(Comparator.comparingInt(Writer::number));
    return all;
  }

  /** Takes all series of an output for a writer, unless one of them cannot be its or the writer's export is full. */
  private boolean claim(Writer writer, Output output) {
    List<Long> keys = writer.keys(output);
    Owner mine = new Owner(writer, output);
    Owner other = keys.stream().map(owners::get).filter(owner -> owner != null && !owner.equals(mine)).findFirst()
        .orElse(null);
    if (other != null) {
      if (writer.use() != null && other.writer() != writer) {
        writer.use().leftTo(other.writer().place());
      }
      return false;
    }
    if (owners.containsKey(keys.getFirst())) { return true; }
    Map<String, Kind> kinds = writer.kinds(output, period);
    if (!isOfItsKind(writer, kinds) || !writer.quota().take(keys)) { return false; }
    keys.forEach(key -> owners.put(key, mine));
    names.make(kinds, writer.place());
    return true;
  }

  private boolean isOfItsKind(Writer writer, Map<String, Kind> kinds) {
    String against = names.against(kinds);
    if (against != null && writer.use() != null) {
      writer.use().leftOut(against);
    }
    return against == null;
  }

  /** What the run has shown so far that the user should know. */
  List<Problem> warnings(boolean ended) {
    List<Problem> warnings = new ArrayList<>();
    uses.forEach(use -> use.tell(metrics, ended, warnings));
    tags.tell(warnings);
    return warnings;
  }

  SeriesQuota quota() {
    return quota;
  }
}
