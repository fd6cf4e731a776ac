package dev.apmexport.exporter.source;

import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.json.JsonLinesReader;
import dev.apmexport.exporter.source.k6.MetricSetReader;
import dev.apmexport.exporter.source.k6.SnappyBlock;
import dev.apmexport.exporter.source.remotewrite.RemoteWriteReader;
import org.jspecify.annotations.Nullable;

/** Opens the records of one run's log, whatever their kind. Not for several threads. */
public final class PushReader {
  /** JSON lines carry single samples, as remote write does; they are treated as buckets of this many seconds. */
  public static final int JSON_PERIOD = 1;

  private final SeriesTable table;
  private final SnappyBlock block = new SnappyBlock();
  private final MetricSetReader metricSets;
  private final JsonLinesReader jsonLines;
  private final RemoteWriteReader remoteWrites;
  private byte @Nullable [] opened;

  public PushReader(SeriesTable table) {
    this(table, new JsonLinesReader(table), new RemoteWriteReader(table));
  }

  private PushReader(SeriesTable table, JsonLinesReader jsonLines, RemoteWriteReader remoteWrites) {
    this.table = table;
    this.metricSets = new MetricSetReader(table);
    this.jsonLines = jsonLines;
    this.remoteWrites = remoteWrites;
  }

  /** A reader that goes on from here by itself. */
  public PushReader copy() {
    return new PushReader(table, jsonLines.copy(), remoteWrites.copy());
  }

  /** A metric that several k6 seem to send by remote write as if they were one; null if there is none. */
  public @Nullable String mixed() {
    return remoteWrites.restarting();
  }

  /** Seconds per bucket of a record with samples. */
  public int period(LogRecord record) throws InvalidPush {
    if (record.kind() != LogRecord.Kind.METRIC_SET) { return JSON_PERIOD; }
    open(record);
    return MetricSetReader.header(block.bytes(), block.length()).aggregationPeriod();
  }

  /** Hands every sample of the record to the visitor. */
  public void read(LogRecord record, SampleVisitor visitor) throws InvalidPush {
    if (record.kind() == LogRecord.Kind.FINISH) { return; }
    open(record);
    TimeBounds bounds = TimeBounds.around(record.receivedAtMillis());
    switch (record.kind()) {
      case METRIC_SET -> metricSets.read(block.bytes(), block.length(), bounds, visitor);
      case JSON_LINES -> jsonLines.read(block.bytes(), block.length(), bounds, visitor);
      case REMOTE_WRITE -> remoteWrites.read(record.instance(), block.bytes(), block.length(), bounds, visitor);
      case FINISH -> throw new IllegalStateException("A FINISH has no samples.");
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
