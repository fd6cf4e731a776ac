package dev.apmexport.exporter.source.remotewrite;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.TimeBounds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a reader hands on, as text, and the sums of what it counts. */
final class Read implements SampleVisitor {
  static final long NOW = 1_700_000_000_000L;

  final SeriesTable table;
  final RemoteWriteReader reader;
  final List<String> lines = new ArrayList<>();
  final Map<String, Double> totals = new TreeMap<>();
  final List<Histogram> windows = new ArrayList<>();

  Read() {
    this(100);
  }

  Read(int limit) {
    this.table = new SeriesTable(limit);
    this.reader = new RemoteWriteReader(table);
  }

  private Read(Read that) {
    this.table = that.table;
    this.reader = that.reader.copy();
  }

  /** One that goes on from here by itself. */
  Read copy() {
    return new Read(this);
  }

  Read push(WriteRequests push) throws InvalidPush {
    return push("", push);
  }

  Read push(String instance, WriteRequests push) throws InvalidPush {
    reader.read(instance, push.bytes(), push.bytes().length, TimeBounds.around(NOW), this);
    return this;
  }

  private static String second(long bucket) {
    return " @" + (bucket - NOW / 1000);
  }

  @Override
  public void counter(InputSeries series, long bucket, double sum) {
    lines.add(series.name() + series.labels() + " +" + sum + second(bucket));
    totals.merge(series.name(), sum, Double::sum);
  }

  @Override
  public void gauge(InputSeries series, long bucket, double last) {
    lines.add(series.name() + series.labels() + " =" + last + second(bucket));
  }

  @Override
  public void rate(InputSeries series, long bucket, long nonzero, long total) {
    lines.add(series.name() + series.labels() + " " + nonzero + " of " + total + second(bucket));
  }

  @Override
  public void trend(InputSeries series, long bucket, Histogram values) {
    Histogram copy = new Histogram();
    copy.add(values);
    windows.add(copy);
    lines.add(series.name() + series.labels() + " " + values.count() + " values, sum " + values.sum() + second(bucket));
  }

  @Override
  public void refused(Refusal reason, String metric, String statistic, String series) {
    refused(reason, series, 1);
  }

  @Override
  public void refused(Refusal reason, String metric, int samples) {
    lines.add("refused " + reason + " " + metric + " " + samples);
  }
}
