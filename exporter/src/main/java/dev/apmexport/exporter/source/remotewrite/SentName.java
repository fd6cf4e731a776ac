package dev.apmexport.exporter.source.remotewrite;

import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.MetricType;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a series' name says of it. k6 (its {@code internal/output/prometheusrw} at v2.2.0) writes {@code k6_} before a
 * metric's name, and behind it {@code _total} for a counter, {@code _rate} for a rate, the statistic for a trend, and
 * {@code _seconds} or {@code _bytes} for a native histogram of times or amounts.
 *
 * @param type what its samples are taken for; a trend is a native histogram, a rate is one whose counts are known
 * @param metric the metric's name, with the statistic behind it where there is one
 * @param statistic such as {@code p99} or {@code rate}; empty for what tells all of a metric
 * @param unit by which a value is multiplied to have k6's own unit, which is milliseconds for times
 */
record SentName(MetricType type, String metric, String statistic, double unit) {
  private static final String PREFIX = "k6_";
  /** k6 counts its samples as {@link #REQUESTS}, with the same labels. */
  private static final String FAILED = "http_req_failed";
  static final String REQUESTS = "http_reqs";
  private static final Pattern STATISTIC = Pattern.compile("(.+)_(avg|min|max|med|count|sum|rate|p\\d{1,6})");

  static SentName of(String name, boolean histogram) {
    String own = name.length() > PREFIX.length() && name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    if (histogram) { return histogram(own); }
    String counter = without(own, "_total");
    if (own.equals(FAILED + "_rate")) { return new SentName(MetricType.RATE, FAILED, "", 1); }
    if (!counter.equals(own)) { return new SentName(MetricType.COUNTER, counter, "", 1); }
    Matcher statistic = STATISTIC.matcher(own);
    boolean isOne = BuiltIn.typeOf(own) == null && statistic.matches();
    return isOne ? statistic(own, statistic.group(1), statistic.group(2))
        : new SentName(MetricType.GAUGE, own, "", 1);
  }

  private static SentName histogram(String own) {
    String time = without(own, "_seconds");
    return time.equals(own) ? new SentName(MetricType.TREND, without(own, "_bytes"), "", 1)
        : new SentName(MetricType.TREND, time, "", 1000);
  }

  /**
   * Counts and sums of k6's own trends are totals, and k6 divides both by 1,000 where the trend holds milliseconds. A
   * gauge of a script's own may be called like a statistic of another metric, so all else stays a gauge.
   */
  private static SentName statistic(String own, String metric, String statistic) {
    MetricType known = BuiltIn.typeOf(metric);
    boolean rate = statistic.equals("rate");
    if (known != null && known != (rate ? MetricType.RATE : MetricType.TREND)) {
      return new SentName(MetricType.GAUGE, own, "", 1);
    }
    boolean total = known == MetricType.TREND && (statistic.equals("count") || statistic.equals("sum"));
    return new SentName(total ? MetricType.COUNTER : MetricType.GAUGE, own, statistic,
        BuiltIn.inMilliseconds(metric) ? 1000 : 1);
  }

  private static String without(String name, String suffix) {
    return name.length() > suffix.length() && name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length())
        : name;
  }
}
