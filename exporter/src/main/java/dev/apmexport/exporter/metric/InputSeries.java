package dev.apmexport.exporter.metric;

/**
 * A series as k6 sends it, known to one run.
 *
 * @param id counts from 0 within the run, in the order of first appearance in the log
 * @param name the metric, with {@code _} and the statistic behind it where there is one
 * @param statistic what it tells of the metric, such as {@code p99} or {@code rate}, where a sender gives no samples but
 *   a value of all since its start; empty for what is a metric as a whole
 */
public record InputSeries(int id, MetricType type, String name, Labels labels, String statistic) {
  /** Of a metric as a whole. */
  public InputSeries(int id, MetricType type, String name, Labels labels) {
    this(id, type, name, labels, "");
  }

  /** The metric that it tells something of. */
  public String metric() {
    return statistic.isEmpty() ? name : name.substring(0, name.length() - statistic.length() - 1);
  }
}
