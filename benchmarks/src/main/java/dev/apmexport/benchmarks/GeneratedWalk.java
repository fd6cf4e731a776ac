package dev.apmexport.benchmarks;

import com.google.protobuf.CodedInputStream;
import dev.apmexport.exporter.source.k6.wire.CounterValue;
import dev.apmexport.exporter.source.k6.wire.GaugeValue;
import dev.apmexport.exporter.source.k6.wire.Metric;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import dev.apmexport.exporter.source.k6.wire.RateValue;
import dev.apmexport.exporter.source.k6.wire.TimeSeries;
import dev.apmexport.exporter.source.k6.wire.TrendHdrValue;
import java.io.IOException;

/** Reads a MetricSet as most programs do: into the classes that protoc generates, then from object to object. */
final class GeneratedWalk {
  private GeneratedWalk() {}

  static void walk(byte[] data, int length, Sums sums) throws IOException {
    MetricSet push = MetricSet.parseFrom(CodedInputStream.newInstance(data, 0, length));
    for (Metric metric : push.getMetricsList()) {
      for (TimeSeries series : metric.getTimeSeriesList()) {
        samples(series, sums);
      }
    }
  }

  private static void samples(TimeSeries series, Sums sums) {
    switch (series.getSamplesCase()) {
      case COUNTER_SAMPLES -> {
        for (CounterValue value : series.getCounterSamples().getValuesList()) {
          sums.add(value.getTime().getSeconds(), value.getValue(), 0);
        }
      }
      case GAUGE_SAMPLES -> {
        for (GaugeValue value : series.getGaugeSamples().getValuesList()) {
          sums.add(value.getTime().getSeconds(), value.getLast(), 0);
        }
      }
      case RATE_SAMPLES -> {
        for (RateValue value : series.getRateSamples().getValuesList()) {
          sums.add(value.getTime().getSeconds(), 0, value.getNonzeroCount() + value.getTotalCount());
        }
      }
      case TREND_HDR_SAMPLES -> {
        for (TrendHdrValue value : series.getTrendHdrSamples().getValuesList()) {
          sums.add(value.getTime().getSeconds(), value.getSum(), value.getCount());
        }
      }
      case SAMPLES_NOT_SET -> {}
    }
  }
}
