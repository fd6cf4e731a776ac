package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.MetricType;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Aggregates as Prometheus series. A counter, a rate's counters, and a trend's {@code _count} and {@code _sum} run on
 * from the run's start: a 0 at the start of the first window, then the total at every window's end. All else speaks of
 * one window, at its end, unless the block wants a trend's statistics since the run's start.
 */
final class PrometheusShape implements Shape {
  private final Statistics statistics;
  private final boolean rateCounters;
  /** The series of each aggregation, by its id. */
  private final List<Series[]> made = new ArrayList<>();
  private final Set<Series> totals = new HashSet<>();

  PrometheusShape(Statistics statistics, boolean rateCounters) {
    this.statistics = statistics;
    this.rateCounters = rateCounters;
  }

  @Override
  public void open(Window first, Aggregation aggregation, Point.Receiver out) {
    Series[] series = series(aggregation);
    for (int i = 0; i < live(aggregation); i++) {
      if (isCounter(aggregation, i)) {
        out.point(series[i], first.startMillis(), 0);
      }
    }
  }

  @Override
  public void window(Window window, Aggregation aggregation, Point.Receiver out) {
    Series[] series = series(aggregation);
    long at = window.endMillis();
    switch (aggregation) {
      case CounterAggregation counter -> out.point(series[0], at, counter.total() / unit(counter.output()));
      case GaugeAggregation gauge -> out.point(series[0], at, gauge.value() / unit(gauge.output()));
      case RateAggregation rate -> rate(rate, series, at, out);
      case TrendAggregation trend -> trend(trend, series, 0, at, out, statistics.cumulative());
    }
  }

  /** k6's milliseconds in one unit of the series: of its own times, and of what is told of them. */
  private static double unit(Output output) {
    boolean time = BuiltIn.inMilliseconds(output.metric()) && !output.statistic().equals("count");
    return time && (output.type() == MetricType.TREND || !output.statistic().isEmpty()) ? 1000 : 1;
  }

  private void rate(RateAggregation rate, Series[] series, long at, Point.Receiver out) {
    if (rate.total() > 0) {
      out.point(series[0], at, (double) rate.nonzero() / rate.total());
    }
    if (rateCounters) {
      out.point(series[1], at, rate.nonzeroSinceStart());
      out.point(series[2], at, rate.totalSinceStart());
    }
  }

  private void trend(TrendAggregation trend, Series[] series, int first, long at, Point.Receiver out, boolean all) {
    double unit = unit(trend.output());
    Histogram values = all ? trend.sinceStart() : trend.window();
    for (int i = 0; i < statistics.trend().size(); i++) {
      TrendStat stat = statistics.trend().get(i);
      switch (stat.kind()) {
        case COUNT -> out.point(series[first + i], at, trend.count());
        case SUM -> out.point(series[first + i], at, trend.sum() / unit);
        case MIN, MAX, AVG, MED, QUANTILE -> {
          if (!values.isEmpty()) {
            out.point(series[first + i], at, stat.of(values) / unit);
          }
        }
      }
    }
  }

  @Override
  public void end(Window last, Aggregation aggregation, Point.Receiver out) {
    if (!statistics.runSummary()) { return; }
    Series[] series = series(aggregation);
    int first = live(aggregation);
    long at = last.endMillis();
    switch (aggregation) {
      case CounterAggregation counter -> out.point(series[first], at, counter.total() / unit(counter.output()));
      case GaugeAggregation gauge -> {
        double unit = unit(gauge.output());
        out.point(series[first], at, gauge.value() / unit);
        out.point(series[first + 1], at, gauge.least() / unit);
        out.point(series[first + 2], at, gauge.most() / unit);
      }
      case RateAggregation rate -> {
        out.point(series[first], at, (double) rate.nonzeroSinceStart() / Math.max(1, rate.totalSinceStart()));
        out.point(series[first + 1], at, rate.nonzeroSinceStart());
        out.point(series[first + 2], at, rate.totalSinceStart());
      }
      case TrendAggregation trend -> trend(trend, series, first, at, out, true);
    }
  }

  @Override
  public boolean isTotal(Series series) {
    return totals.contains(series);
  }

  private Series[] series(Aggregation aggregation) {
    while (made.size() <= aggregation.id()) {
      made.add(new Series[0]);
    }
    Series[] known = made.get(aggregation.id());
    if (known.length > 0) { return known; }
    Series[] series = make(aggregation);
    made.set(aggregation.id(), series);
    return series;
  }

  private Series[] make(Aggregation aggregation) {
    Output output = aggregation.output();
    Series[] series = PrometheusNames.series(output.type(), output.name(), statistics, rateCounters).stream()
        .map(name -> new Series(name, output.labels())).toArray(Series[]::new);
    for (int i = 0; i < series.length; i++) {
      boolean sinceStart = aggregation instanceof TrendAggregation && statistics.cumulative();
      if (i >= live(aggregation) || sinceStart || isCounter(aggregation, i)) {
        totals.add(series[i]);
      }
    }
    return series;
  }

  /** How many series of an aggregation every window has; those that sum up the run follow. */
  private int live(Aggregation aggregation) {
    return switch (aggregation) {
      case CounterAggregation _,GaugeAggregation _ -> 1;
      case RateAggregation _ -> rateCounters ? 3 : 1;
      case TrendAggregation _ -> statistics.trend().size();
    };
  }

  /** Whether the i-th series of an aggregation only ever grows, from 0. */
  private boolean isCounter(Aggregation aggregation, int i) {
    return switch (aggregation) {
      case CounterAggregation _ -> true;
      case GaugeAggregation _ -> false;
      case RateAggregation _ -> i > 0;
      case TrendAggregation _ -> statistics.trend().get(i).isTotal();
    };
  }
}
