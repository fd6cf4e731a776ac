package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.Histogram;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates as Prometheus series. A counter, and a trend's {@code _count} and {@code _sum}, run on from the run's
 * start: a 0 at the start of the first window, then the total at every window's end. All else speaks of one window, at
 * its end.
 */
final class PrometheusShape implements Shape {
  private static final String[] STATISTICS = {"_min", "_max", "_avg", "_med", "_p90", "_p95", "_p99", "_count", "_sum"};
  private static final int COUNT = 7;
  private static final int SUM = 8;
  private static final double[] QUANTILES = {0.5, 0.9, 0.95, 0.99};

  private static final String[] PLAIN = {""};

  /** The series of each aggregation, by its id; null in the place of one that an earlier aggregation has. */
  private final List<@Nullable Series[]> made = new ArrayList<>();
  private final Set<Series> taken = new HashSet<>();
  private final Set<Series> totals = new HashSet<>();

  @Override
  public void open(Window first, Aggregation aggregation, Point.Receiver out) {
    @Nullable
    Series[] series = series(aggregation);
    switch (aggregation) {
      case CounterAggregation _ -> point(out, series[0], first.startMillis(), 0);
      case TrendAggregation _ -> {
        point(out, series[COUNT], first.startMillis(), 0);
        point(out, series[SUM], first.startMillis(), 0);
      }
      case GaugeAggregation _,RateAggregation _ -> {}
    }
  }

  @Override
  public void window(Window window, Aggregation aggregation, Point.Receiver out) {
    @Nullable
    Series[] series = series(aggregation);
    long at = window.endMillis();
    switch (aggregation) {
      case CounterAggregation counter -> point(out, series[0], at, counter.total());
      case GaugeAggregation gauge -> point(out, series[0], at, gauge.value());
      case RateAggregation rate -> {
        if (rate.total() > 0) {
          point(out, series[0], at, (double) rate.nonzero() / rate.total());
        }
      }
      case TrendAggregation trend -> trend(trend, series, at, out);
    }
  }

  private static void trend(TrendAggregation trend, @Nullable Series[] series, long at, Point.Receiver out) {
    double unit = BuiltIn.inMilliseconds(trend.output().metric()) ? 1000 : 1;
    Histogram values = trend.window();
    if (!values.isEmpty()) {
      point(out, series[0], at, values.min() / unit);
      point(out, series[1], at, values.max() / unit);
      point(out, series[2], at, values.average() / unit);
      for (int i = 0; i < QUANTILES.length; i++) {
        point(out, series[3 + i], at, values.quantile(QUANTILES[i]) / unit);
      }
    }
    point(out, series[COUNT], at, trend.count());
    point(out, series[SUM], at, trend.sum() / unit);
  }

  @Override
  public boolean isTotal(Series series) {
    return totals.contains(series);
  }

  private @Nullable Series[] series(Aggregation aggregation) {
    while (made.size() <= aggregation.id()) {
      made.add(new Series[0]);
    }
    @Nullable
    Series[] known = made.get(aggregation.id());
    if (known.length > 0) { return known; }
    @Nullable
    Series[] series = make(aggregation);
    made.set(aggregation.id(), series);
    return series;
  }

  private @Nullable Series[] make(Aggregation aggregation) {
    Output output = aggregation.output();
    String[] suffixes = aggregation instanceof TrendAggregation ? STATISTICS : PLAIN;
    @Nullable
    Series[] series = new Series[suffixes.length];
    for (int i = 0; i < suffixes.length; i++) {
      Series one = new Series(output.name() + suffixes[i], output.labels());
      boolean mine = taken.add(one);
      series[i] = mine ? one : null;
      if (mine && (aggregation instanceof CounterAggregation || i >= COUNT)) {
        totals.add(one);
      }
    }
    return series;
  }

  private static void point(Point.Receiver out, @Nullable Series series, long at, double value) {
    if (series != null) {
      out.point(series, at, value);
    }
  }
}
