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
 * begun anew, so all of it is new; so is all of a series' first value, since k6 counts from 0. A sample of the same
 * millisecond as the last one replaces it, the lower one too. What is refused leaves everything as it was.
 */
final class SentSeries implements KnownSeries.Found {
  private final InputSeries series;
  private final Labels labels;
  private final double unit;
  private long lastMillis = Long.MIN_VALUE;
  private double total;
  private long nonzero;
  private NativeHistogram last = NativeHistogram.NOTHING;
  private int restarts;

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

  /** Whether this is the counter by which the ratio of failed requests becomes two counts. */
  boolean countsRequests() {
    return series.type() == MetricType.COUNTER && series.metric().equals(SentName.REQUESTS);
  }

  /** As they were sent. */
  Labels labels() {
    return labels;
  }

  String metric() {
    return series.metric();
  }

  /** How many series without buckets take about as much memory. */
  int weight() {
    return last.weight();
  }

  /** How many times its sender has begun anew. */
  int restarts() {
    return restarts;
  }

  SentSeries copy() {
    SentSeries copy = new SentSeries(series, labels, unit);
    copy.lastMillis = lastMillis;
    copy.total = total;
    copy.nonzero = nonzero;
    copy.last = last;
    copy.restarts = restarts;
    return copy;
  }

  /** Takes a value of now; returns why it is refused, or null. */
  @Nullable
  Refusal take(long bucket, long atMillis, double value, SampleVisitor visitor) {
    if (atMillis < lastMillis) { return Refusal.OUT_OF_ORDER; }
    if (series.type() == MetricType.COUNTER) { return count(bucket, atMillis, value * unit, visitor); }
    if (!Double.isFinite(value * unit)) { return Refusal.NOT_FINITE; }
    went(atMillis, true);
    visitor.gauge(series, bucket, value * unit);
    return null;
  }

  private @Nullable Refusal count(long bucket, long atMillis, double value, SampleVisitor visitor) {
    double now = series.statistic().equals("count") ? Math.rint(value) : value;
    boolean follows = now >= total || atMillis == lastMillis;
    double added = follows ? now - total : now;
    if (!Double.isFinite(now) || !Double.isFinite(added)) { return Refusal.NOT_FINITE; }
    went(atMillis, follows);
    total = now;
    visitor.counter(series, bucket, added);
    return null;
  }

  /** The same of a ratio of all since the start, by the counter of what it is a part of. */
  @Nullable
  Refusal take(long bucket, long atMillis, double ratio, @Nullable SentSeries counter, SampleVisitor visitor) {
    if (atMillis < lastMillis) { return Refusal.OUT_OF_ORDER; }
    if (counter == null || counter.lastMillis != atMillis || ratio < 0 || ratio > 1) { return Refusal.RATIO_ALONE; }
    long now = Math.round(ratio * counter.total);
    boolean follows = now >= nonzero && counter.total >= total || atMillis == lastMillis;
    went(atMillis, follows);
    visitor.rate(series, bucket, follows ? now - nonzero : now, Math.round(counter.total - (follows ? total : 0)));
    nonzero = now;
    total = counter.total;
    return null;
  }

  /** The same of a native histogram; of one of the same time nothing can be taken back, so one with less is refused. */
  @Nullable
  Refusal take(long bucket, NativeHistogram now, Histogram histogram, SampleVisitor visitor) {
    boolean follows = now.follows(last);
    if (now.atMillis() < lastMillis || now.atMillis() == lastMillis && !follows) { return Refusal.OUT_OF_ORDER; }
    if (follows && !now.isComparableTo(last)) { return Refusal.UNKNOWN_HISTOGRAM; }
    now.since(follows ? last : NativeHistogram.NOTHING, unit, histogram);
    if (!Double.isFinite(histogram.sum())) { return Refusal.NOT_FINITE; }
    went(now.atMillis(), follows);
    last = now;
    visitor.trend(series, bucket, histogram);
    return null;
  }

  private void went(long atMillis, boolean follows) {
    lastMillis = atMillis;
    restarts += follows ? 0 : 1;
  }
}
