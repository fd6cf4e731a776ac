package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Aggregation;
import dev.apmexport.exporter.resample.CounterAggregation;
import dev.apmexport.exporter.resample.GaugeAggregation;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.resample.RateAggregation;
import dev.apmexport.exporter.resample.TrendAggregation;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.sink.Shape;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.TrendStat;
import java.util.ArrayList;
import java.util.List;

/**
 * Aggregates as Datadog's counts and gauges, at the window's start and in the metric's own unit. A count is what
 * happened in the window alone, so that Datadog can add it up; whatever else is told is a gauge. A rate or a trend has
 * points where it has samples, a counter in every window.
 */
final class DatadogShape implements Shape {
  private final Statistics statistics;
  /** The series of each aggregation, by its id. */
  private final List<Made> made = new ArrayList<>();

  private record Made(Series[] windows, Series[] summary) {
    static final Made NOTHING = new Made(new Series[0], new Series[0]);
  }

  DatadogShape(Statistics statistics) {
    this.statistics = statistics;
  }

  /** What is counted by windows needs no beginning. */
  @Override
  public void open(Window first, Aggregation aggregation, Point.Receiver out) {}

  @Override
  public void window(Window window, Aggregation aggregation, Point.Receiver out) {
    Series[] series = made(window, aggregation).windows;
    long at = window.startMillis();
    switch (aggregation) {
      case CounterAggregation counter -> out.point(series[0], at, counter.delta());
      case GaugeAggregation gauge -> out.point(series[0], at, gauge.value());
      case RateAggregation rate -> {
        if (rate.total() > 0) {
          out.point(series[0], at, (double) rate.nonzero() / rate.total());
          out.point(series[1], at, rate.nonzero());
          out.point(series[2], at, rate.total());
        }
      }
      case TrendAggregation trend -> trend(trend, series, at, out);
    }
  }

  private void trend(TrendAggregation trend, Series[] series, long at, Point.Receiver out) {
    for (int i = 0; i < series.length; i++) {
      TrendStat stat = statistics.trend().get(i);
      Histogram values = statistics.cumulative() && !stat.isTotal() ? trend.sinceStart() : trend.window();
      if (!values.isEmpty()) {
        out.point(series[i], at, stat.of(values));
      }
    }
  }

  @Override
  public void end(Window last, Aggregation aggregation, Point.Receiver out) {
    if (!statistics.runSummary()) { return; }
    Series[] series = made(last, aggregation).summary;
    double[] values = switch (aggregation) {
      case CounterAggregation counter -> new double[]{counter.total()};
      case GaugeAggregation gauge -> new double[]{gauge.value(), gauge.least(), gauge.most()};
      case RateAggregation rate -> new double[]{(double) rate.nonzeroSinceStart() / Math.max(1, rate.totalSinceStart()),
          rate.nonzeroSinceStart(), rate.totalSinceStart()};
      case TrendAggregation trend -> statistics.trend().stream().mapToDouble(stat -> stat.of(trend.sinceStart()))
          .toArray();
    };
    for (int i = 0; i < values.length; i++) {
      out.point(series[i], last.startMillis(), values[i]);
    }
  }

  /** None: whatever is wrong is overwritten where it stands. */
  @Override
  public boolean isTotal(Series series) {
    return false;
  }

  private Made made(Window window, Aggregation aggregation) {
    while (made.size() <= aggregation.id()) {
      made.add(Made.NOTHING);
    }
    Made known = made.get(aggregation.id());
    if (known != Made.NOTHING) { return known; }
    Output output = aggregation.output();
    Made series = new Made(
        series(DatadogNames.windows(output.type(), output.name(), statistics), output.labels(), window.seconds()),
        series(DatadogNames.summary(output.type(), output.name(), statistics), output.labels(), window.seconds()));
    made.set(aggregation.id(), series);
    return series;
  }

  private static Series[] series(List<DatadogNames.Part> parts, Labels labels, int seconds) {
    return parts.stream().map(part -> part.isCount() ? Counts.series(part.name(), labels, seconds)
        : new Series(part.name(), labels)).toArray(Series[]::new);
  }
}
