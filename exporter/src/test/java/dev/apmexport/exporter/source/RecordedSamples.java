package dev.apmexport.exporter.source;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a reader hands on, one line for each call. */
public final class RecordedSamples implements SampleVisitor {
  private final List<String> lines = new ArrayList<>();
  private final List<InputSeries> series = new ArrayList<>();

  public List<String> lines() {
    return lines;
  }

  /** The series of each sample, in order. */
  public List<InputSeries> series() {
    return series;
  }

  @Override
  public void counter(InputSeries series, long bucket, double sum) {
    add(series, "counter", bucket, "" + sum);
  }

  @Override
  public void gauge(InputSeries series, long bucket, double last) {
    add(series, "gauge", bucket, "" + last);
  }

  @Override
  public void rate(InputSeries series, long bucket, long nonzero, long total) {
    add(series, "rate", bucket, nonzero + "/" + total);
  }

  @Override
  public void trend(InputSeries series, long bucket, Histogram values) {
    add(series, "trend", bucket, "count=" + values.count() + " sum=" + values.sum() + " min=" + values.min() + " max="
        + values.max() + " med=" + values.quantile(0.5));
  }

  @Override
  public void refused(Refusal reason, String metric, int samples) {
    lines.add("refused " + metric + " " + samples + " " + reason);
  }

  private void add(InputSeries one, String type, long bucket, String value) {
    series.add(one);
    lines.add(type + " " + one.name() + one.labels() + " @" + bucket + " " + value);
  }
}
