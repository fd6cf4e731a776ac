package dev.apmexport.exporter.source;

import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.json.JsonLinesReader;
import dev.apmexport.exporter.source.k6.MetricSetReader;
import dev.apmexport.exporter.source.k6.SnappyBlock;
import org.jspecify.annotations.Nullable;

/** Opens the records of one run's log, whatever their kind. Not for several threads. */
public final class PushReader {
  /** JSON lines carry single samples; they are treated as buckets of this many seconds. */
  public static final int JSON_PERIOD = 1;

  private final SeriesTable table;
  private final SnappyBlock block = new SnappyBlock();
  private final MetricSetReader metricSets;
  private final JsonLinesReader jsonLines;
  private byte @Nullable [] opened;

  public PushReader(SeriesTable table) {
    this(table, new JsonLinesReader(table));
  }

  private PushReader(SeriesTable table, JsonLinesReader jsonLines) {
    this.table = table;
    this.metricSets = new MetricSetReader(table);
    this.jsonLines = jsonLines;
  }

  /** A reader that goes on from here by itself. */
  public PushReader copy() {
    return new PushReader(table, jsonLines.copy());
  }

  /** Seconds per bucket of a record with samples. */
  public int period(LogRecord record) throws InvalidPush {
    if (record.kind() == LogRecord.Kind.JSON_LINES) { return JSON_PERIOD; }
    open(record);
    return MetricSetReader.header(block.bytes(), block.length()).aggregationPeriod();
  }

  /** Hands every sample of the record to the visitor. */
  public void read(LogRecord record, SampleVisitor visitor) throws InvalidPush {
    if (record.kind() == LogRecord.Kind.FINISH) { return; }
    open(record);
    TimeBounds bounds = TimeBounds.around(record.receivedAtMillis());
    if (record.kind() == LogRecord.Kind.METRIC_SET) {
      metricSets.read(block.bytes(), block.length(), bounds, visitor);
    } else {
      jsonLines.read(block.bytes(), block.length(), bounds, visitor);
    }
  }

  /** A record is asked for its period and then read: it is unpacked once. */
  private void open(LogRecord record) throws InvalidPush {
    if (record.payload() == opened) { return; }
    opened = null;
    block.open(record.payload());
    opened = record.payload();
  }
}
