package dev.apmexport.exporter.metric;

/**
 * Receives the samples of one push, in its order. A bucket is given by its start in whole seconds since the epoch.
 * Histograms handed in are reused by the caller and must not be kept.
 */
public interface SampleVisitor {
  void counter(InputSeries series, long bucket, double sum);

  void gauge(InputSeries series, long bucket, double last);

  void rate(InputSeries series, long bucket, long nonzero, long total);

  void trend(InputSeries series, long bucket, Histogram values);

  /** Some samples that are not used, and why; the rest of the push stands. */
  void refused(Refusal reason, String metric, int samples);

  /**
   * One sample that is not used, of a series that is called otherwise than its metric.
   *
   * @param metric as {@link InputSeries#name} would be
   * @param statistic as {@link InputSeries#statistic} would be
   * @param series the series as its sender calls it, for people
   */
  default void refused(Refusal reason, String metric, String statistic, String series) {
    refused(reason, metric, 1);
  }
}
