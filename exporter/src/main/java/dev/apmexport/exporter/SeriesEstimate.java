package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Output;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which series a block would make, judged by the input series of an earlier run as far as there is one. */
public final class SeriesEstimate {
  /** What the blocks of a list may cost together: some 10 ns each comparison of a series with an entry, … */
  private static final long MOST_COMPARISONS = 50_000_000;
  /** … and some microseconds each output. */
  private static final int MOST_OUTPUTS = 500_000;
  private static final String ANY_RUN = "0";

  private final ExportConfig config;
  private final ExportRoute route;
  private final int blocks;
  private final int entries;
  private final Map<String, MetricType> types = new HashMap<>();
  private final Set<Long> series = new HashSet<>();
  private long comparisons;
  private int outputs;

  /** @param all the list's blocks without errors, this one among them */
  public SeriesEstimate(Export.Neighbour block, List<Export.Neighbour> all) {
    List<Export.Neighbour> neighbours = block.among(all);
    this.config = block.config();
    this.blocks = all.size();
    this.entries = neighbours.stream().mapToInt(neighbour -> neighbour.config().metrics().size()).sum();
    this.route = new ExportRoute(new Export(block.index(), config, new InMemoryLedger(), neighbours, false), ANY_RUN,
        Integer.MAX_VALUE);
  }

  /** Takes one input series of the earlier run, each once. */
  public void add(InputSeries input) {
    types.putIfAbsent(input.name(), input.type());
    comparisons += entries;
    if (!isTooMuch()) {
      for (Output output : route.outputs(input).outputs()) {
        outputs++;
        config.sink().seriesNames(output.type(), output.name())
            .forEach(name -> series.add(new Series(name, output.labels()).key()));
      }
    }
  }

  private boolean isTooMuch() {
    return comparisons > MOST_COMPARISONS / blocks || outputs > MOST_OUTPUTS / blocks;
  }

  /**
   * The names of the series at the destination. The statistics of a metric whose type nobody knows are not among them.
   */
  public List<String> names() {
    return config.metrics().stream().flatMap(this::names).distinct().toList();
  }

  private Stream<String> names(MetricEntry entry) {
    MetricType type = typeOf(entry.source().metric());
    String name = config.name(entry);
    return type == null ? Stream.of(name) : config.sink().seriesNames(type, name).stream();
  }

  private @Nullable MetricType typeOf(String metric) {
    MetricType seen = types.get(metric);
    return seen == null ? BuiltIn.typeOf(metric) : seen;
  }

  /** How many series that run would have made; null where that would take too long to find out. */
  public @Nullable Integer count() {
    return isTooMuch() ? null : Integer.valueOf(series.size());
  }

  /** What that run would have shown about the block. */
  public List<Problem> warnings() {
    return isTooMuch() ? List.of() : route.warnings(true);
  }
}
