package dev.apmexport.benchmarks;

import com.google.protobuf.Timestamp;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.source.k6.wire.BucketSpan;
import dev.apmexport.exporter.source.k6.wire.CounterSamples;
import dev.apmexport.exporter.source.k6.wire.CounterValue;
import dev.apmexport.exporter.source.k6.wire.GaugeSamples;
import dev.apmexport.exporter.source.k6.wire.GaugeValue;
import dev.apmexport.exporter.source.k6.wire.Label;
import dev.apmexport.exporter.source.k6.wire.Metric;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import dev.apmexport.exporter.source.k6.wire.MetricType;
import dev.apmexport.exporter.source.k6.wire.RateSamples;
import dev.apmexport.exporter.source.k6.wire.RateValue;
import dev.apmexport.exporter.source.k6.wire.TimeSeries;
import dev.apmexport.exporter.source.k6.wire.TrendHdrSamples;
import dev.apmexport.exporter.source.k6.wire.TrendHdrValue;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** One second of a test with 250 addresses: a counter, a gauge, a rate and a trend of each, with a request's tags. */
final class SyntheticPush {
  private static final int ADDRESSES = 250;
  private static final int REQUESTS = 20;
  private static final Timestamp TIME = Timestamp.newBuilder().setSeconds(1_795_208_077).build();

  private final Random random = new Random(1);

  private SyntheticPush() {}

  static MetricSet make() {
    return MetricSet.newBuilder().setTestRunId("1").setAggregationPeriod(1)
        .addAllMetrics(new SyntheticPush().metrics()).build();
  }

  private Iterable<Metric> metrics() {
    var counters = Metric.newBuilder().setName("http_reqs").setType(MetricType.METRIC_TYPE_COUNTER);
    var gauges = Metric.newBuilder().setName("queue_length").setType(MetricType.METRIC_TYPE_GAUGE);
    var rates = Metric.newBuilder().setName("http_req_failed").setType(MetricType.METRIC_TYPE_RATE);
    var trends = Metric.newBuilder().setName("http_req_duration").setType(MetricType.METRIC_TYPE_TREND);
    for (int i = 0; i < ADDRESSES; i++) {
      counters.addTimeSeries(labels(i).setCounterSamples(CounterSamples.newBuilder()
          .addValues(CounterValue.newBuilder().setTime(TIME).setValue(REQUESTS))));
      gauges.addTimeSeries(labels(i).setGaugeSamples(GaugeSamples.newBuilder()
          .addValues(GaugeValue.newBuilder().setTime(TIME).setLast(i).setCount(1).setMin(i).setMax(i).setAvg(i))));
      rates.addTimeSeries(labels(i).setRateSamples(RateSamples.newBuilder()
          .addValues(RateValue.newBuilder().setTime(TIME).setNonzeroCount(i % 3).setTotalCount(REQUESTS))));
      trends.addTimeSeries(labels(i).setTrendHdrSamples(TrendHdrSamples.newBuilder().addValues(trend())));
    }
    return List.of(counters.build(), gauges.build(), rates.build(), trends.build());
  }

  private static TimeSeries.Builder labels(int address) {
    String url = "https://shop.example.com/items/" + address;
    Map<String, String> tags = new TreeMap<>(Map.of("expected_response", "true", "group", "::checkout", "method", "GET",
        "name", url, "proto", "HTTP/1.1", "scenario", "default", "status", "200", "tls_version", "tls1.3", "url", url));
    var series = TimeSeries.newBuilder();
    tags.forEach((name, value) -> series.addLabels(Label.newBuilder().setName(name).setValue(value)));
    return series;
  }

  private TrendHdrValue.Builder trend() {
    var trend = TrendHdrValue.newBuilder().setTime(TIME).setCount(REQUESTS).setMinResolution(Histogram.RESOLUTION);
    var counts = new TreeMap<Integer, Integer>();
    double[] values = Durations.draw(random, REQUESTS);
    double sum = 0;
    for (double value : values) {
      counts.merge(Histogram.indexOf(value), 1, Integer::sum);
      sum += value;
    }
    trend.setSum(sum).setMinValue(values[0]).setMaxValue(values[REQUESTS - 1]).addAllCounters(counts.values());
    spans(counts.keySet(), trend);
    return trend;
  }

  private static void spans(Iterable<Integer> indexes, TrendHdrValue.Builder trend) {
    int next = 0;
    BucketSpan.Builder span = BucketSpan.newBuilder();
    for (int index : indexes) {
      if (index != next && span.getLength() > 0) {
        trend.addSpans(span);
        span = BucketSpan.newBuilder();
      }
      if (span.getLength() == 0) {
        span.setOffset(index - next);
      }
      span.setLength(span.getLength() + 1);
      next = index + 1;
    }
    trend.addSpans(span);
  }
}
