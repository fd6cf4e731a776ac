package dev.apmexport.exporter;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.sink.Amendment;
import java.util.List;

/**
 * One export of a run: what it wants, and the book of what it has sent.
 *
 * @param neighbours the run's exports to the same destination in the order of their blocks, this one among them
 * @param shared whether another run that was not over may write the same series to the same destination
 */
public record Export(int index, ExportConfig config, Ledger ledger, List<Neighbour> neighbours, boolean shared) {
  private static final int SHARDS_WITH_TAGS = 4;

  /** An export that may write the same series, by the number of its block. */
  public record Neighbour(int index, ExportConfig config) {
    /** Those of a run's exports that go where this one goes, itself among them. */
    public List<Neighbour> among(List<Neighbour> run) {
      return run.stream().filter(other -> other.config.sink().sharesDestinationWith(config.sink())).toList();
    }
  }

  /** An export that has its destination to itself. */
  public Export(int index, ExportConfig config, Ledger ledger) {
    this(index, config, ledger, List.of(new Neighbour(index, config)), false);
  }

  /** Kept tags can make thousands of series, which one request at a time would not carry over a slow line. */
  Steps.Layout layout() {
    boolean tagged = config.metrics().stream().map(MetricEntry::keepTags).anyMatch(tags -> !tags.isEmpty());
    return new Steps.Layout(tagged ? SHARDS_WITH_TAGS : 1, config.sink().maxBatch());
  }

  /** What may be set right at the destination; where another run writes too, nothing that is there already. */
  Amendment amendment() {
    return shared ? new Amendment.Refused("another run writes the same series") : config.sink().amendment();
  }
}
