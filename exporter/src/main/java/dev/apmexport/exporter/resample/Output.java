package dev.apmexport.exporter.resample;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;

/**
 * What several input series are merged into. A sink makes one or more series of it.
 *
 * @param metric the k6 metric
 * @param statistic the one thing that is known of the metric, as of the input series; empty where that is all
 * @param name the name at the destination; a trend's statistics are appended to it
 * @param labels the kept tags, the static ones and the run's id, as the destination takes them
 */
public record Output(String metric, MetricType type, String statistic, String name, Labels labels) {
  /** Of a metric as a whole. */
  public Output(String metric, MetricType type, String name, Labels labels) {
    this(metric, type, "", name, labels);
  }
}
