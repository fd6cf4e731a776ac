package dev.apmexport.standalone.demo;

import dev.apmexport.standalone.demo.Expected.Exact;
import dev.apmexport.standalone.demo.Expected.OneOf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The points of the one output series that a group of samples becomes, or of a trend's several. */
final class SeriesTruth {
  private final String target;
  private final Map<String, String> labels;
  private final NavigableMap<Long, List<RawSample>> windows;
  private final WindowTimes times;
  private final Map<OutputSeries, SortedMap<Long, Expected>> points = new HashMap<>();

  SeriesTruth(String target, Map<String, String> labels, NavigableMap<Long, List<RawSample>> windows,
      WindowTimes times) {
    this.target = target;
    this.labels = labels;
    this.windows = windows;
    this.times = times;
  }

  Map<OutputSeries, SortedMap<Long, Expected>> points() {
    switch (windows.firstEntry().getValue().getFirst().type()) {
      case COUNTER -> total("", SeriesTruth::sum);
      case GAUGE -> gauge();
      case RATE -> windowed("", SeriesTruth::ratio);
      case TREND -> trend();
    }
    return points;
  }

  private static double sum(List<RawSample> samples) {
    return samples.stream().mapToDouble(RawSample::value).sum();
  }

  private static Expected ratio(List<RawSample> samples) {
    double nonzero = samples.stream().filter(sample -> sample.value() != 0).count();
    return new Exact(nonzero / samples.size());
  }

  private void trend() {
    total("_count", List::size);
    total("_sum", samples -> TrendWindow.of(samples).sum());
    windowed("_min", samples -> new Exact(TrendWindow.of(samples).min()));
    windowed("_max", samples -> new Exact(TrendWindow.of(samples).max()));
    windowed("_avg", samples -> new Exact(TrendWindow.of(samples).sum() / samples.size()));
    windowed("_med", samples -> TrendWindow.of(samples).quantile(50));
    windowed("_p90", samples -> TrendWindow.of(samples).quantile(90));
    windowed("_p95", samples -> TrendWindow.of(samples).quantile(95));
    windowed("_p99", samples -> TrendWindow.of(samples).quantile(99));
  }

  /** A total since the run's start, which a window without samples repeats. */
  private void total(String suffix, ToDoubleFunction<List<RawSample>> increase) {
    SortedMap<Long, Expected> series = series(suffix);
    series.put(WindowTimes.startMillis(times.first()), new Exact(0));
    double[] total = {0};
    times.all().forEach(start -> {
      total[0] += increase.applyAsDouble(windows.getOrDefault(start, List.of()));
      series.put(times.endMillis(start), new Exact(total[0]));
    });
  }

  private void windowed(String suffix, Function<List<RawSample>, Expected> value) {
    SortedMap<Long, Expected> series = series(suffix);
    windows.forEach((start, samples) -> series.put(times.endMillis(start), value.apply(samples)));
  }

  private void gauge() {
    SortedMap<Long, Expected> series = series("");
    times.all().forEach(start -> series.put(times.endMillis(start), latest(windows.floorEntry(start).getValue())));
  }

  private Expected latest(List<RawSample> samples) {
    long bucket = samples.stream().mapToLong(this::bucketStart).max().orElseThrow();
    return new OneOf(samples.stream().filter(sample -> bucketStart(sample) == bucket).map(RawSample::value).distinct()
        .toList());
  }

  private long bucketStart(RawSample sample) {
    return sample.bucketStart(times.bucketSeconds());
  }

  private SortedMap<Long, Expected> series(String suffix) {
    return points.computeIfAbsent(OutputSeries.of(target + suffix, labels), _ -> new TreeMap<>());
  }
}
