package dev.apmexport.exporter.source.remotewrite;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import org.jspecify.annotations.Nullable;

/**
 * One series of one sender, and what it has sent last. A value that lies below the last one says that the sender has
 * begun anew, so all of it is new; so is all of a series' first value, since k6 counts from 0.
 */
final class SentSeries {
  private final InputSeries series;
  private final Labels labels;
  private final double unit;
  private long lastMillis = Long.MIN_VALUE;
  private double total;
  private long nonzero;
  private NativeHistogram last = NativeHistogram.nothing();

  /** @param labels as they were sent */
  SentSeries(InputSeries series, Labels labels, double unit) {
    this.series = series;
    this.labels = labels;
    this.unit = unit;
  }

  boolean isHistogram() {
    return series.type() == MetricType.TREND;
  }

  boolean isRate() {
    return series.type() == MetricType.RATE;
  }

  Labels labels() {
    return labels;
  }

  SentSeries copy() {
    SentSeries copy = new SentSeries(series, labels, unit);
    copy.lastMillis = lastMillis;
    copy.total = total;
    copy.nonzero = nonzero;
    copy.last = last;
    return copy;
  }

  /** Takes a value of now; returns why it is refused, or null. One of the same time as the last replaces it. */
  @Nullable
  Refusal take(long bucket, long atMillis, double value, SampleVisitor visitor) {
    if (atMillis < lastMillis) { return Refusal.OUT_OF_ORDER; }
    lastMillis = atMillis;
    if (series.type() != MetricType.COUNTER) {
      visitor.gauge(series, bucket, value * unit);
      return null;
    }
    double now = series.statistic().equals("count") ? Math.rint(value * unit) : value * unit;
    visitor.counter(series, bucket, now < total ? now : now - total);
    total = now;
    return null;
  }

  /** The same of a ratio of all since the start, by the counter of what it is a part of. */
  @Nullable
  Refusal take(long bucket, long atMillis, double ratio, @Nullable SentSeries counter, SampleVisitor visitor) {
    if (atMillis < lastMillis) { return Refusal.OUT_OF_ORDER; }
    if (counter == null || counter.lastMillis != atMillis || ratio < 0 || ratio > 1) { return Refusal.RATIO_ALONE; }
    lastMillis = atMillis;
    long now = Math.round(ratio * counter.total);
    boolean follows = now >= nonzero && counter.total >= total;
    visitor.rate(series, bucket, follows ? now - nonzero : now, Math.round(counter.total - (follows ? total : 0)));
    nonzero = now;
    total = counter.total;
    return null;
  }

  /** The same of a native histogram. */
  @Nullable
  Refusal take(long bucket, NativeHistogram now, Histogram histogram, SampleVisitor visitor) {
    if (now.atMillis() < lastMillis) { return Refusal.OUT_OF_ORDER; }
    boolean follows = now.follows(last);
    if (follows && !now.isComparableTo(last)) { return Refusal.UNKNOWN_HISTOGRAM; }
    lastMillis = now.atMillis();
    now.since(follows ? last : NativeHistogram.nothing(), unit, histogram);
    last = now;
    visitor.trend(series, bucket, histogram);
    return null;
  }
}
