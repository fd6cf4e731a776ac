package dev.apmexport.exporter.source.json;

import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.TimeBounds;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of k6's JSON lines in order; a record begins with the definitions of the metrics in it that its
 * upload has brought (see {@link JsonLinesCutter}). An upload in pieces brings them once, so they hold from then on. Each
 * sample is handed on as a bucket of one. Not for several threads.
 */
public final class JsonLinesReader {
  private final SeriesTable table;
  private final Histogram histogram = new Histogram();
  private final Map<String, MetricType> types = new HashMap<>();

  public JsonLinesReader(SeriesTable table) {
    this.table = table;
  }

  /** A reader that goes on from here by itself. */
  public JsonLinesReader copy() {
    JsonLinesReader copy = new JsonLinesReader(table);
    copy.types.putAll(types);
    return copy;
  }

  public void read(byte[] data, int length, TimeBounds bounds, SampleVisitor visitor) throws InvalidPush {
    for (int from = 0; from < length;) {
      int to = endOfLine(data, from, length);
      if (to > from) {
        line(JsonLine.parse(data, from, to), bounds, visitor);
      }
      from = to + 1;
    }
  }

  private static int endOfLine(byte[] data, int from, int length) {
    int to = from;
    while (to < length && data[to] != '\n') {
      to++;
    }
    return to;
  }

  private void line(JsonLine line, TimeBounds bounds, SampleVisitor visitor) {
    switch (line) {
      case JsonLine.Definition definition -> types.put(definition.metric(), definition.type());
      case JsonLine.Sample sample -> {
        Refusal refusal = refusal(sample, bounds);
        InputSeries series = refusal == null ? series(sample) : null;
        if (series == null) {
          visitor.refused(refusal == null ? Refusal.TOO_MANY_SERIES : refusal, sample.metric(), 1);
        } else {
          deliver(series, sample, visitor);
        }
      }
    }
  }

  private @Nullable Refusal refusal(JsonLine.Sample sample, TimeBounds bounds) {
    MetricType type = typeOf(sample.metric());
    if (sample.metric().isEmpty()) { return Refusal.EMPTY_NAME; }
    if (type == null) { return Refusal.UNKNOWN_TYPE; }
    if (table.typeOf(sample.metric(), type) != type) { return Refusal.CHANGED_TYPE; }
    if (sample.labels().size() > Refusal.MAX_LABELS) { return Refusal.TOO_MANY_LABELS; }
    return Double.isFinite(sample.value()) ? bounds.refusal(sample.second()) : Refusal.NOT_FINITE;
  }

  private @Nullable MetricType typeOf(String metric) {
    MetricType defined = types.get(metric);
    return defined == null ? BuiltIn.typeOf(metric) : defined;
  }

  private @Nullable InputSeries series(JsonLine.Sample sample) {
    MetricType type = typeOf(sample.metric());
    return type == null ? null : table.intern(type, sample.metric(), sample.labels());
  }

  private void deliver(InputSeries series, JsonLine.Sample sample, SampleVisitor visitor) {
    long bucket = sample.second();
    switch (series.type()) {
      case COUNTER -> visitor.counter(series, bucket, sample.value());
      case GAUGE -> visitor.gauge(series, bucket, sample.value());
      case RATE -> visitor.rate(series, bucket, sample.value() == 0 ? 0 : 1, 1);
      case TREND -> {
        histogram.clear();
        histogram.add(sample.value());
        visitor.trend(series, bucket, histogram);
      }
    }
  }
}
