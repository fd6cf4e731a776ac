package dev.apmexport.benchmarks;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;

/** Adds up what a way of reading pushes finds, so that no way can leave out a part of the work. */
final class Sums implements SampleVisitor {
  private double values;
  private long whole;
  private long samples;

  void clear() {
    values = 0;
    whole = 0;
    samples = 0;
  }

  void add(long bucket, double value, long counts) {
    values += value;
    whole += bucket + counts;
    samples++;
  }

  /** One number for all of it. */
  double total() {
    return values + whole;
  }

  long samples() {
    return samples;
  }

  @Override
  public void counter(InputSeries series, long bucket, double sum) {
    add(bucket, sum, 0);
  }

  @Override
  public void gauge(InputSeries series, long bucket, double last) {
    add(bucket, last, 0);
  }

  @Override
  public void rate(InputSeries series, long bucket, long nonzero, long total) {
    add(bucket, 0, nonzero + total);
  }

  @Override
  public void trend(InputSeries series, long bucket, Histogram histogram) {
    add(bucket, histogram.sum(), histogram.count());
  }

  @Override
  public void refused(Refusal reason, String metric, int samples) {
    throw new IllegalStateException(metric + ": " + reason.sentence());
  }
}
