package dev.apmexport.exporter.resample;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Folds the samples of one run into the windows of one export. It has no clock: it is told when to seal. One thread.
 *
 * <p>A sample whose window is sealed is late. What accumulates (counters, a trend's count and sum) takes it into the
 * oldest open window, so that totals come right; what describes one window does not take it.
 */
public final class Resampler {
  private static final Aggregation[] NOWHERE = {};
  private static final Aggregation[] REFUSED = {};

  private final Config config;
  private final Route route;
  private final WindowReceiver receiver;
  private final Map<Output, Aggregation> outputs = new HashMap<>();
  private final List<Aggregation> aggregations = new ArrayList<>();
  private Aggregation[] @Nullable [] routes = new Aggregation[64][];
  private final List<Aggregation> opened = new ArrayList<>();
  private final List<Aggregation> live = new ArrayList<>();
  private final SampleCounts counts = new SampleCounts();
  private long next = Long.MIN_VALUE;
  private long earliest = Long.MAX_VALUE;
  private long ended = Long.MIN_VALUE;

  /**
   * @param seconds the window's length, a multiple of the period
   * @param period seconds per source bucket
   * @param silence seconds after which a load generator counts as silent
   * @param sinceStart whether trends keep their values since the run's start as well
   */
  public record Config(int seconds, int period, int silence, boolean sinceStart) {}

  public Resampler(Config config, Route route, WindowReceiver receiver) {
    this.config = config;
    this.route = route;
    this.receiver = receiver;
  }

  public void counter(InputSeries series, long bucket, double sum) {
    Aggregation[] route = route(series, bucket);
    long window = window(bucket);
    for (Aggregation to : route) {
      if (window >= next) {
        ((CounterAggregation) to).add(window, sum);
      } else {
        ((CounterAggregation) to).addLate(next, sum);
      }
    }
  }

  public void gauge(int generator, InputSeries series, long bucket, double last) {
    Aggregation[] route = route(series, bucket);
    long window = window(bucket);
    if (window >= next) {
      for (Aggregation to : route) {
        ((GaugeAggregation) to).add(window, generator, series.id(), bucket, last);
      }
    }
  }

  public void rate(InputSeries series, long bucket, long nonzero, long total) {
    Aggregation[] route = route(series, bucket);
    long window = window(bucket);
    for (Aggregation to : route) {
      if (window >= next) {
        ((RateAggregation) to).add(window, nonzero, total);
      } else {
        ((RateAggregation) to).addLate(next, nonzero, total);
      }
    }
  }

  public void trend(InputSeries series, long bucket, Histogram values) {
    Aggregation[] route = route(series, bucket);
    long window = window(bucket);
    for (Aggregation to : route) {
      if (window >= next) {
        ((TrendAggregation) to).add(window, values);
      } else {
        ((TrendAggregation) to).addLate(next, values);
      }
    }
  }

  /** Seals every window that ends at this second or before. */
  public void sealBefore(long second) {
    sealBefore(second, Integer.MAX_VALUE);
  }

  /** Seals every window up to and with the one that holds this bucket, the latest of the run. */
  public void sealThrough(long lastBucket) {
    sealThrough(lastBucket, Integer.MAX_VALUE);
  }

  /**
   * Seals windows that end at this second or before; none where the second is {@link Long#MIN_VALUE}, not known yet. A
   * gap of a day in the buckets is some ten thousand windows, so no more than {@code most} are sealed at once.
   *
   * @return whether there are more to seal
   */
  public boolean sealBefore(long second, int most) {
    if (second == Long.MIN_VALUE) { return false; }
    long limit = Math.floorDiv(second, (long) config.seconds);
    if (next == Long.MIN_VALUE) {
      next = Math.min(earliest, limit);
    }
    for (int sealed = 0; next < limit && sealed < most; next++, sealed++) {
      seal(new Window(next, config.seconds));
    }
    return next < limit;
  }

  /** The same for the windows up to and with the one that holds this bucket, the latest of the run. */
  public boolean sealThrough(long lastBucket, int most) {
    return sealBefore((Math.floorDiv(lastBucket, (long) config.seconds) + 1) * config.seconds, most);
  }

  /** Says that the run is over; once for the same last window. */
  public void end() {
    if (next != Long.MIN_VALUE && next > ended) {
      ended = next;
      receiver.end(new Window(next - 1, config.seconds), live);
    }
  }

  public SampleCounts counts() {
    return counts;
  }

  public int seconds() {
    return config.seconds;
  }

  private void seal(Window window) {
    opened.clear();
    live.clear();
    for (Aggregation aggregation : aggregations) {
      if (aggregation.opens(aggregation.seal(window))) {
        opened.add(aggregation);
      }
      if (aggregation.live()) {
        live.add(aggregation);
      }
    }
    receiver.window(window, opened, live);
  }

  private long window(long bucket) {
    return Math.floorDiv(bucket, (long) config.seconds);
  }

  /** Where a sample goes, with all that is to be counted about it. */
  private Aggregation[] route(InputSeries series, long bucket) {
    Aggregation[] known = series.id() < routes.length ? routes[series.id()] : null;
    Aggregation[] to = known == null ? newRoute(series) : known;
    if (to == REFUSED) {
      counts.refused++;
    } else if (to.length == 0) {
      counts.unselected++;
    } else {
      counts.selected++;
      counts.late += window(bucket) < next ? 1 : 0;
      earliest = Math.min(earliest, window(bucket));
    }
    return to;
  }

  private Aggregation[] newRoute(InputSeries series) {
    Route.Destinations wanted = route.outputs(series);
    List<Aggregation> to = new ArrayList<>(wanted.outputs().size());
    wanted.outputs().forEach(output -> to.add(aggregation(output)));
    Aggregation[] none = wanted.refused() == 0 ? NOWHERE : REFUSED;
    Aggregation[] array = to.isEmpty() ? none : to.toArray(Aggregation[]::new);
    remember(series.id(), array);
    return array;
  }

  private Aggregation aggregation(Output output) {
    return outputs.computeIfAbsent(output, _ -> {
      Aggregation added = Aggregation.of(aggregations.size(), output, new GaugeRule(config.period, config.silence),
          config.sinceStart);
      aggregations.add(added);
      return added;
    });
  }

  private void remember(int id, Aggregation[] to) {
    if (id >= routes.length) {
      routes = Arrays.copyOf(routes, Math.max(id + 1, routes.length * 2));
    }
    routes[id] = to;
  }
}
