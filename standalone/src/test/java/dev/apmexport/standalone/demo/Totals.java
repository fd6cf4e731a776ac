package dev.apmexport.standalone.demo;

import dev.apmexport.exporter.source.k6.wire.Label;
import dev.apmexport.exporter.source.k6.wire.Metric;
import dev.apmexport.exporter.source.k6.wire.TimeSeries;
import dev.apmexport.exporter.source.k6.wire.TrendHdrValue;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** All that a push says of each bucket of each series, folded once from the pushes and once from the raw samples. */
final class Totals {
  /** One number of one bucket: a sum, a count, the number of values in one histogram bucket, … */
  record Cell(long bucket, String metric, Map<String, String> tags, String what) {
  }

  /** The last value of a gauge in a bucket. */
  record Last(long bucket, String metric, Map<String, String> tags, double value) {
  }

  private final Map<Cell, Double> values = new HashMap<>();
  private final Set<Last> lasts = new HashSet<>();

  Map<Cell, Double> values() {
    return values;
  }

  Set<Last> lasts() {
    return lasts;
  }

  static Totals measured(RecordedRun run) {
    var totals = new Totals();
    run.samples(0).forEach(sample -> totals.add(sample, sample.bucketStart(run.bucketSeconds())));
    return totals;
  }

  private void add(RawSample sample, long bucket) {
    var series = new Bucket(bucket, sample.metric(), sample.wireTags());
    double value = sample.value();
    switch (sample.type()) {
      case COUNTER -> series.add("sum", value);
      case RATE -> series.add("count", 1).add("nonzero", value == 0 ? 0 : 1);
      case GAUGE -> series.add("count", 1).add("sum", value).add("min", value);
      case TREND -> series.add("count", 1).add("sum", value).add("min", value).add("max", value)
          .add(upTo(HdrBucket.of(value).upper() / 0.001), 1);
    }
  }

  static Totals pushed(RecordedRun run) {
    var totals = new Totals();
    run.pushes("4242", 0).forEach(push -> push.metricSet().getMetricsList()
        .forEach(metric -> metric.getTimeSeriesList().forEach(series -> totals.add(metric, series))));
    return totals;
  }

  private void add(Metric metric, TimeSeries series) {
    var tags = series.getLabelsList().stream().collect(Collectors.toMap(Label::getName, Label::getValue));
    String name = metric.getName();
    series.getCounterSamples().getValuesList()
        .forEach(value -> new Bucket(value.getTime().getSeconds(), name, tags).add("sum", value.getValue()));
    series.getRateSamples().getValuesList().forEach(value -> new Bucket(value.getTime().getSeconds(), name, tags)
        .add("count", value.getTotalCount()).add("nonzero", value.getNonzeroCount()));
    series.getGaugeSamples().getValuesList().forEach(value -> {
      new Bucket(value.getTime().getSeconds(), name, tags).add("count", value.getCount())
          .add("sum", value.getAvg() * value.getCount()).add("min", value.getMin());
      lasts.add(new Last(value.getTime().getSeconds(), name, tags, value.getLast()));
    });
    series.getTrendHdrSamples().getValuesList()
        .forEach(value -> add(value, new Bucket(value.getTime().getSeconds(), name, tags)));
  }

  private static void add(TrendHdrValue value, Bucket bucket) {
    bucket.add("count", value.getCount()).add("sum", value.getSum()).add("min", value.getMinValue()).add("max",
        value.getMaxValue());
    int index = 0;
    int counter = 0;
    for (var span : value.getSpansList()) {
      index += span.getOffset();
      for (int end = index + span.getLength(); index < end; index++) {
        bucket.add(upTo(greatestUnit(index)), value.getCounters(counter++));
      }
    }
  }

  /** The inverse of k6's index: 128 buckets for every doubling from 256 units on. */
  private static double greatestUnit(int index) {
    int doublings = Math.max(0, (index >> 7) - 1);
    return ((index - doublings * 128L + 1) << doublings) - 1;
  }

  private static String upTo(double units) {
    return "up to " + Math.round(units) + " units";
  }

  private final class Bucket {
    private final long start;
    private final String metric;
    private final Map<String, String> tags;

    private Bucket(long start, String metric, Map<String, String> tags) {
      this.start = start;
      this.metric = metric;
      this.tags = tags;
    }

    private Bucket add(String what, double value) {
      values.merge(new Cell(start, metric, tags, what), value, switch (what) {
        case "min" -> Math::min;
        case "max" -> Math::max;
        default -> Double::sum;
      });
      return this;
    }
  }
}
