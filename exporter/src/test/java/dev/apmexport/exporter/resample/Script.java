package dev.apmexport.exporter.resample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Plays samples written as text into a resampler and writes down what it seals. Lines: {@code counter http_reqs{a} 4
 * 1.5}, {@code gauge vus 4 7 by 1}, {@code rate checks 4 1/3}, {@code trend t 4 10 20 30} (series, bucket, value),
 * {@code seal 9}, {@code unsealed} (no time known yet), {@code finish}. What stands in braces tells input series apart;
 * series whose name begins with an x are not wanted.
 */
final class Script {
  private final Resampler resampler;
  private final List<String> out = new ArrayList<>();
  private final Map<String, InputSeries> series = new HashMap<>();
  private long lastBucket = Long.MIN_VALUE;

  private Script(int seconds, int silence) {
    Resampler.Config config = new Resampler.Config(seconds, 1, silence, false);
    this.resampler = new Resampler(config, Script::route, this::window);
  }

  static Script given(int seconds, String text) {
    return given(seconds, 10, text);
  }

  static Script given(int seconds, int silence, String text) {
    Script script = new Script(seconds, silence);
    text.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(line -> script.play(line.split(" ")));
    return script;
  }

  void emits(String expected) {
    assertThat(String.join("\n", out)).isEqualTo(expected.strip());
  }

  SampleCounts counts() {
    return resampler.counts();
  }

  private static Route.Destinations route(InputSeries series) {
    return switch (series.name().charAt(0)) {
      case 'x' -> Route.Destinations.of();
      case 'y' -> new Route.Destinations(List.of(), 1);
      default -> Route.Destinations.of(new Output(series.name(), series.type(), series.name(), Labels.NONE));
    };
  }

  private void play(String[] words) {
    switch (words[0]) {
      case "seal" -> resampler.sealBefore(Long.parseLong(words[1]));
      case "unsealed" -> resampler.sealBefore(Long.MIN_VALUE);
      case "finish" -> resampler.sealThrough(lastBucket);
      default -> sample(words, Long.parseLong(words[2]));
    }
  }

  private void sample(String[] words, long bucket) {
    lastBucket = Math.max(lastBucket, bucket);
    InputSeries one = series.computeIfAbsent(words[1],
        text -> new InputSeries(series.size(), MetricType.named(words[0]), text.replaceAll("[{].*", ""),
            Labels.of("s", text)));
    switch (one.type()) {
      case COUNTER -> resampler.counter(one, bucket, Double.parseDouble(words[3]));
      case GAUGE ->
        resampler.gauge(words.length > 4 ? Integer.parseInt(words[5]) : 0, one, bucket, Double.parseDouble(words[3]));
      case RATE -> {
        String[] counts = words[3].split("/");
        resampler.rate(one, bucket, Long.parseLong(counts[0]), Long.parseLong(counts[1]));
      }
      case TREND -> {
        Histogram values = new Histogram();
        for (int i = 3; i < words.length; i++) {
          values.add(Double.parseDouble(words[i]));
        }
        resampler.trend(one, bucket, values);
      }
    }
  }

  private void window(Window window, List<Aggregation> opened, List<Aggregation> live) {
    String at = "[" + window.startMillis() / 1000 + "," + window.endMillis() / 1000 + ")";
    opened.forEach(one -> out.add(at + " opens " + one.output().name()));
    live.forEach(one -> out.add(at + " " + one.output().name() + " " + value(one)));
    if (live.isEmpty()) {
      out.add(at);
    }
  }

  private static String value(Aggregation one) {
    return switch (one) {
      case CounterAggregation counter -> "+" + counter.delta() + " =" + counter.total();
      case GaugeAggregation gauge -> "" + gauge.value();
      case RateAggregation rate -> rate.nonzero() + "/" + rate.total();
      case TrendAggregation trend ->
        (trend.window().isEmpty() ? "-" : trend.window().min() + ".." + trend.window().max())
            + " of " + trend.window().count() + " =" + trend.count() + " sum " + trend.sum();
    };
  }
}
