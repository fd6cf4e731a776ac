package dev.apmexport.exporter.source.k6;

import com.google.protobuf.Timestamp;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.source.k6.wire.BucketSpan;
import dev.apmexport.exporter.source.k6.wire.CounterValue;
import dev.apmexport.exporter.source.k6.wire.GaugeValue;
import dev.apmexport.exporter.source.k6.wire.Label;
import dev.apmexport.exporter.source.k6.wire.Metric;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import dev.apmexport.exporter.source.k6.wire.MetricType;
import dev.apmexport.exporter.source.k6.wire.RateValue;
import dev.apmexport.exporter.source.k6.wire.TimeSeries;
import dev.apmexport.exporter.source.k6.wire.TrendHdrValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.xerial.snappy.Snappy;

/**
 * Builds pushes as k6 does, with protobuf's own generated code: one metric for each name, one series for each label
 * set.
 */
public final class MetricSets {
  private final String testRunId;
  private final int period;
  private final Map<String, MetricType> types = new LinkedHashMap<>();
  private final Map<String, Map<Labels, TimeSeries.Builder>> series = new LinkedHashMap<>();

  public MetricSets(int period) {
    this("42", period);
  }

  public MetricSets(String testRunId, int period) {
    this.testRunId = testRunId;
    this.period = period;
  }

  public MetricSets counter(String metric, Labels labels, long bucket, double value) {
    series(metric, MetricType.METRIC_TYPE_COUNTER, labels).getCounterSamplesBuilder()
        .addValues(CounterValue.newBuilder().setTime(time(bucket)).setValue(value));
    return this;
  }

  public MetricSets gauge(String metric, Labels labels, long bucket, double last) {
    series(metric, MetricType.METRIC_TYPE_GAUGE, labels).getGaugeSamplesBuilder()
        .addValues(GaugeValue.newBuilder().setTime(time(bucket)).setLast(last).setCount(1).setMin(last).setMax(last)
            .setAvg(last));
    return this;
  }

  public MetricSets rate(String metric, Labels labels, long bucket, int nonzero, int total) {
    series(metric, MetricType.METRIC_TYPE_RATE, labels).getRateSamplesBuilder()
        .addValues(RateValue.newBuilder().setTime(time(bucket)).setNonzeroCount(nonzero).setTotalCount(total));
    return this;
  }

  public MetricSets trend(String metric, Labels labels, long bucket, double... values) {
    series(metric, MetricType.METRIC_TYPE_TREND, labels).getTrendHdrSamplesBuilder()
        .addValues(histogram(values).setTime(time(bucket)));
    return this;
  }

  public MetricSet build() {
    MetricSet.Builder set = MetricSet.newBuilder().setTestRunId(testRunId).setAggregationPeriod(period);
    series.forEach((name, all) -> {
      Metric.Builder metric = set.addMetricsBuilder().setName(name).setType(types.get(name));
      all.values().forEach(metric::addTimeSeries);
    });
    return set.build();
  }

  public byte[] bytes() {
    return build().toByteArray();
  }

  public byte[] packed() {
    return pack(bytes());
  }

  public static byte[] pack(byte[] bytes) {
    try {
      return Snappy.compress(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Timestamp time(long second) {
    return Timestamp.newBuilder().setSeconds(second).build();
  }

  private TimeSeries.Builder series(String metric, MetricType type, Labels labels) {
    types.put(metric, type);
    return series.computeIfAbsent(metric, _ -> new LinkedHashMap<>()).computeIfAbsent(labels, MetricSets::series);
  }

  private static TimeSeries.Builder series(Labels labels) {
    TimeSeries.Builder one = TimeSeries.newBuilder();
    labels.toMap().forEach((name, value) -> one.addLabels(Label.newBuilder().setName(name).setValue(value)));
    return one;
  }

  /** k6's own filling of a histogram, written anew from the description of its format. */
  public static TrendHdrValue.Builder histogram(double... values) {
    TrendHdrValue.Builder value = TrendHdrValue.newBuilder().setMinResolution(0.001).setCount(values.length)
        .setSum(Arrays.stream(values).sum()).setMinValue(Arrays.stream(values).min().orElse(0))
        .setMaxValue(Arrays.stream(values).max().orElse(0));
    NavigableMap<Integer, Integer> buckets = new TreeMap<>();
    int low = 0;
    int high = 0;
    for (double v : values) {
      if (v < 0) {
        low++;
      } else if (v / 0.001 > Long.MAX_VALUE) {
        high++;
      } else {
        buckets.merge(index(v), 1, Integer::sum);
      }
    }
    spans(value, buckets);
    return extras(value, low, high);
  }

  private static TrendHdrValue.Builder extras(TrendHdrValue.Builder value, int low, int high) {
    if (low > 0) {
      value.setExtraLowValuesCounter(low);
    }
    return high > 0 ? value.setExtraHighValuesCounter(high) : value;
  }

  private static int index(double v) {
    double u = Math.ceil(v / 0.001);
    if (u < 256) { return (int) u; }
    int n = Math.getExponent(u) - 7;
    return n * 128 + (int) Math.floor(u / Math.pow(2, n));
  }

  private static void spans(TrendHdrValue.Builder value, NavigableMap<Integer, Integer> buckets) {
    int end = 0;
    BucketSpan.Builder span = null;
    for (Map.Entry<Integer, Integer> bucket : buckets.entrySet()) {
      value.addCounters(bucket.getValue());
      if (span == null || bucket.getKey() != end) {
        span = value.addSpansBuilder().setOffset(bucket.getKey() - end);
      }
      span.setLength(span.getLength() + 1);
      end = bucket.getKey() + 1;
    }
  }
}
