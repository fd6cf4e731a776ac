package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every point that a run's samples demand, computed the plain way: all samples at hand, one series and one window after
 * the other.
 */
final class Oracle {
  private static final long NEVER = Long.MIN_VALUE;

  private final Wish wish;
  private final String testRunId;
  private final int seconds;
  private final int period;
  private final int asked;
  private final long lastWindow;
  private final Map<String, NavigableMap<Long, Double>> points = new TreeMap<>();
  private final Set<String> totals = new HashSet<>();
  private final Map<Sample, Long> late = new IdentityHashMap<>();
  private final Set<Shipment.Place> ofLateData = new HashSet<>();

  /** Demands what all samples of a log do that came. */
  static Oracle ofAll(Outcome outcome) {
    return new Oracle(outcome, outcome.samples());
  }

  /** Demands what those do that came in time. */
  static Oracle ofPunctual(Outcome outcome) {
    return new Oracle(outcome,
        outcome.samples().stream().filter(sample -> !outcome.late().containsKey(sample)).toList());
  }

  private Oracle(Outcome outcome, List<Sample> samples) {
    this.wish = outcome.scenario().wish();
    this.testRunId = outcome.testRunId();
    this.period = outcome.scenario().run().period();
    this.asked = outcome.asked();
    this.late.putAll(outcome.late());
    this.seconds = Math.ceilDiv(wish.resampleRate(), period) * period;
    this.lastWindow = samples.stream().mapToLong(this::window).max().orElse(Long.MIN_VALUE);
    for (Wish.Entry entry : wish.entries()) {
      Map<Labels, List<Sample>> outputs = new HashMap<>();
      samples.stream().filter(entry::wants)
          .forEach(sample -> outputs.computeIfAbsent(labels(sample, entry), _ -> new ArrayList<>()).add(sample));
      outputs.forEach((labels, all) -> output(entry.target(), labels, all));
    }
  }

  /** By series and milliseconds. */
  Map<String, NavigableMap<Long, Double>> points() {
    return points;
  }

  long size() {
    return points.values().stream().mapToLong(Map::size).sum();
  }

  /** Whether a point is made of data, among others, that came when it was not waited for any more. */
  boolean isOfLateData(Shipment.Place place) {
    return ofLateData.contains(place);
  }

  /** Whether a series runs on from the run's start, at a receiver that adds nothing up by itself. */
  boolean isTotal(String series) {
    return totals.contains(series);
  }

  private long window(Sample sample) {
    return Math.floorDiv(sample.bucket(), (long) seconds);
  }

  private Labels labels(Sample sample, Wish.Entry entry) {
    Map<String, String> kept = sample.labels().keep(entry.keepTags()).toMap();
    if (wish.includeTestRunId()) {
      kept.put("test_run_id", testRunId);
    }
    if (wish.isDatadog()) {
      kept.replaceAll((_, value) -> value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_:./-]", "_"));
    }
    return Labels.of(kept);
  }

  private void output(String name, Labels labels, List<Sample> all) {
    TreeMap<Long, List<Sample>> windows = new TreeMap<>();
    all.forEach(sample -> windows.computeIfAbsent(window(sample), _ -> new ArrayList<>()).add(sample));
    Sum sum = new Sum();
    for (long window = windows.firstKey(); window <= lastWindow; window++) {
      List<Sample> now = windows.getOrDefault(window, List.of());
      long arrival = now.stream().mapToLong(sample -> late.getOrDefault(sample, NEVER)).max().orElse(NEVER);
      sum.arrival = Math.max(sum.arrival, arrival);
      boolean isLate = arrival > NEVER;
      boolean isTotalLate = sum.arrival >= (window + 1) * seconds;
      Place place = new Place(name, labels, window, window == windows.firstKey(), isLate, isTotalLate);
      switch (all.getFirst().type()) {
        case COUNTER -> count(place, "", sum, now.stream().mapToDouble(Sample::sum).sum());
        case GAUGE -> place.gauge("", gauge(windows, window));
        case RATE -> rate(place, sum, now);
        case TREND -> trend(place, sum, now);
      }
    }
  }

  /** What adds up over windows. */
  private static final class Sum {
    private double first;
    private double second;
    /** When the last of it came that came late, in seconds. */
    private long arrival = NEVER;
  }

  private void count(Place place, String suffix, Sum sum, double increment) {
    sum.first += increment;
    if (wish.isDatadog()) {
      place.gauge(suffix, increment);
    } else {
      place.total(suffix, sum.first);
    }
  }

  private void rate(Place place, Sum sum, List<Sample> now) {
    double nonzero = now.stream().mapToDouble(Sample::sum).sum();
    double total = now.stream().mapToDouble(sample -> sample.values().length).sum();
    sum.first += nonzero;
    sum.second += total;
    if (total > 0) {
      place.gauge("", nonzero / total);
    }
    if (wish.isDatadog() && total > 0) {
      place.gauge(".nonzero", nonzero);
      place.gauge(".total", total);
    }
    if (wish.rateCounters()) {
      place.total("_nonzero", sum.first);
      place.total("_total", sum.second);
    }
  }

  private void trend(Place place, Sum sum, List<Sample> now) {
    Histogram values = new Histogram();
    now.forEach(sample -> java.util.Arrays.stream(sample.values()).forEach(values::add));
    sum.first += values.count();
    boolean inSeconds = !wish.isDatadog() && !now.isEmpty() && BuiltIn.inMilliseconds(now.getFirst().metric());
    for (String stat : wish.trendStats()) {
      if (stat.equals("count") && !wish.isDatadog()) {
        place.total("_count", sum.first);
      } else if (!values.isEmpty()) {
        place.gauge(suffix(stat),
            stat.equals("count") ? values.count() : statistic(stat, values) / (inSeconds ? 1000 : 1));
      }
    }
  }

  private String suffix(String stat) {
    String percent = stat.replaceAll("\\D", "");
    if (wish.isDatadog()) {
      return "." + (stat.equals("med") ? "median" : percent.isEmpty() ? stat : percent + "percentile");
    }
    return "_" + (percent.isEmpty() ? stat : "p" + percent);
  }

  private static double statistic(String stat, Histogram values) {
    return switch (stat) {
      case "min" -> values.min();
      case "max" -> values.max();
      case "avg" -> values.sum() / values.count();
      case "med" -> values.quantile(0.5);
      default -> values.quantile(Integer.parseInt(stat.replaceAll("\\D", "")) / 100.0);
    };
  }

  /** A generator's gauge counts until it has been silent for as long as a pass waits for it. */
  private double gauge(TreeMap<Long, List<Sample>> windows, long window) {
    int silence = 2 * asked + 7;
    Map<Integer, Sample> latest = new HashMap<>();
    windows.headMap(window, true).values().forEach(samples -> samples.forEach(sample -> latest
        .merge(sample.metric().equals("vus") ? sample.generator() : 0, sample, Oracle::later)));
    long newest = latest.values().stream().mapToLong(Sample::bucket).max().orElseThrow();
    return latest.values().stream()
        .filter(sample -> sample.bucket() == newest || (window + 1) * seconds - (sample.bucket() + period) <= silence)
        .mapToDouble(sample -> sample.values()[0]).sum();
  }

  private static Sample later(Sample a, Sample b) {
    return a.bucket() > b.bucket() || a.bucket() == b.bucket() && a.values()[0] > b.values()[0] ? a : b;
  }

  /** Where the points of one output and window stand: at a Datadog at its start, elsewhere at its end. */
  private final class Place {
    private final String name;
    private final Labels labels;
    private final long window;
    private final boolean first;
    private final boolean isLate;
    private final boolean isTotalLate;

    Place(String name, Labels labels, long window, boolean first, boolean isLate, boolean isTotalLate) {
      this.name = name;
      this.labels = labels;
      this.window = window;
      this.first = first;
      this.isLate = isLate;
      this.isTotalLate = isTotalLate;
    }

    void gauge(String suffix, double value) {
      put(suffix, window + (wish.isDatadog() ? 0 : 1), value, isLate);
    }

    void total(String suffix, double value) {
      if (first) {
        put(suffix, window, 0, isLate);
      }
      totals.add(new Series(name + suffix, labels).toString());
      put(suffix, window + 1, value, isTotalLate);
    }

    private void put(String suffix, long index, double value, boolean late) {
      String series = new Series(name + suffix, labels).toString();
      points.computeIfAbsent(series, _ -> new TreeMap<>()).put(index * seconds * 1000, value);
      if (late) {
        ofLateData.add(new Shipment.Place(series, index * seconds * 1000));
      }
    }
  }
}
