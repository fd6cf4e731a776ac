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
import java.util.function.BiConsumer;
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

  /** Receives samples as k6 has them, each at its own time in milliseconds since the epoch. */
  public interface RawVisitor {
    void sample(InputSeries series, long atMillis, double value);

    /** Some samples that are not used, and why. */
    void refused(Refusal reason, String metric, int samples);
  }

  public void read(byte[] data, int length, TimeBounds bounds, SampleVisitor visitor) throws InvalidPush {
    read(data, length, bounds, (series, sample) -> deliver(series, sample, visitor), visitor::refused);
  }

  /** The same with the samples as they are, instead of buckets. */
  public void readRaw(byte[] data, int length, TimeBounds bounds, RawVisitor visitor) throws InvalidPush {
    read(data, length, bounds, (series, sample) -> visitor.sample(series, sample.atMillis(), sample.value()),
        visitor::refused);
  }

  @FunctionalInterface
  private interface Refused {
    void refused(Refusal reason, String metric, int samples);
  }

  private void read(byte[] data, int length, TimeBounds bounds, BiConsumer<InputSeries, JsonLine.Sample> taken,
      Refused refused) throws InvalidPush {
    for (int from = 0; from < length;) {
      int to = endOfLine(data, from, length);
      if (to > from) {
        line(JsonLine.parse(data, from, to), bounds, taken, refused);
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

  private void line(JsonLine line, TimeBounds bounds, BiConsumer<InputSeries, JsonLine.Sample> taken,
      Refused refused) {
    switch (line) {
      case JsonLine.Definition definition -> types.put(definition.metric(), definition.type());
      case JsonLine.Sample sample -> {
        Refusal refusal = refusal(sample, bounds);
        InputSeries series = refusal == null ? series(sample) : null;
        if (series == null) {
          refused.refused(refusal == null ? Refusal.TOO_MANY_SERIES : refusal, sample.metric(), 1);
        } else {
          taken.accept(series, sample);
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
