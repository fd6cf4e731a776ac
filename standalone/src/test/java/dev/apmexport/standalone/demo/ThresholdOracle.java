package dev.apmexport.standalone.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What k6 knew at the end of a recorded run: every sample. It aggregates them as k6's own sinks do ({@code
 * metrics/sink.go}), a counter's rate apart, for which k6's clock would be needed.
 */
final class ThresholdOracle {
  private static final List<String> TAGS = List.of("status", "name", "scenario");
  private static final double[] PERCENTILES = {0, 1, 10, 50, 75, 90, 95, 99, 99.9, 100};

  private final List<RawSample> samples;

  ThresholdOracle(List<RawSample> samples) {
    this.samples = samples;
  }

  /** One thing a threshold may ask, and the answer. */
  record Answer(String metric, RawSample.Type type, String method, double value) {}

  /** Every answer there is for every metric and its submetrics of one tag. */
  List<Answer> answers() {
    SortedMap<String, List<RawSample>> submetrics = new TreeMap<>();
    for (RawSample sample : samples) {
      for (String name : names(sample)) {
        submetrics.computeIfAbsent(name, _ -> new ArrayList<>()).add(sample);
      }
    }
    List<Answer> answers = new ArrayList<>();
    submetrics.forEach((name, of) -> answers(name, of, answers));
    return answers;
  }

  private static Set<String> names(RawSample sample) {
    Set<String> names = new LinkedHashSet<>(List.of(sample.metric()));
    Map<String, String> tags = sample.wireTags();
    for (String tag : TAGS) {
      if (tags.containsKey(tag)) {
        names.add(sample.metric() + "{" + tag + ":\"" + tags.get(tag) + "\"}");
      }
    }
    return names;
  }

  private static void answers(String name, List<RawSample> of, List<Answer> answers) {
    RawSample.Type type = of.getFirst().type();
    double[] values = of.stream().mapToDouble(RawSample::value).toArray();
    double sum = 0;
    for (double value : values) {
      sum += value; // in k6's own order
    }
    switch (type) {
      case COUNTER -> answers.add(new Answer(name, type, "count", sum));
      case GAUGE -> answers.add(new Answer(name, type, "value", values[values.length - 1]));
      case RATE -> answers.add(new Answer(name, type, "rate",
          (double) Arrays.stream(values).filter(value -> value != 0).count() / values.length));
      case TREND -> {
        answers.add(new Answer(name, type, "avg", sum / values.length));
        Arrays.sort(values);
        answers.add(new Answer(name, type, "min", values[0]));
        answers.add(new Answer(name, type, "max", values[values.length - 1]));
        answers.add(new Answer(name, type, "med", percentile(values, 0.5)));
        for (double p : PERCENTILES) {
          answers.add(new Answer(name, type, "p(" + p + ")", percentile(values, p / 100)));
        }
      }
    }
  }

  private static double percentile(double[] sorted, double p) {
    if (sorted.length == 1) { return sorted[0]; }
    double i = p * (sorted.length - 1.0);
    double j = sorted[(int) Math.floor(i)];
    double k = sorted[(int) Math.ceil(i)];
    return j + (k - j) * (i - Math.floor(i));
  }

  /** Seconds between the first and the last sample of the script's own work; k6 has counted a little more. */
  double seconds() {
    List<RawSample> work = samples.stream().filter(sample -> !sample.metric().startsWith("vus")).toList();
    long first = work.stream().mapToLong(RawSample::timeNanos).min().orElseThrow();
    long last = work.stream().mapToLong(RawSample::timeNanos).max().orElseThrow();
    return (last - first) / 1e9;
  }
}
