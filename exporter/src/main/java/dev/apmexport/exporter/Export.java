package dev.apmexport.exporter;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.ledger.Ledger;

/** One export of a run: what it wants, and the book of what it has sent. */
public record Export(int index, ExportConfig config, Ledger ledger) {
  private static final int SHARDS_WITH_TAGS = 4;

  /** Kept tags can make thousands of series, which one request at a time would not carry over a slow line. */
  Steps.Layout layout() {
    boolean tagged = config.metrics().stream().map(MetricEntry::keepTags).anyMatch(tags -> !tags.isEmpty());
    return new Steps.Layout(tagged ? SHARDS_WITH_TAGS : 1, config.sink().maxBatch());
  }
}
