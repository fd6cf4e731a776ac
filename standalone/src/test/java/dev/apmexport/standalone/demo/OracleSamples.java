package dev.apmexport.standalone.demo;

import static dev.apmexport.standalone.demo.RawSample.Type.GAUGE;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Small samples and short ways to what the oracle makes of them, in windows of 3 s. */
final class OracleSamples {
  /** Keeps the run going to second 310, so to the window [309, 312). */
  static final RawSample LAST = sample("other", GAUGE, 310.5, 1);

  private OracleSamples() {}

  static SortedMap<OutputSeries, SortedMap<Long, Expected>> truth(Expectation expectation,
      RawSample... samples) {
    return new Oracle(3, 1, Map.of(), List.of(expectation)).truth(List.of(samples));
  }

  static SortedMap<Long, Expected> points(Map<OutputSeries, SortedMap<Long, Expected>> truth, String name) {
    return truth.get(OutputSeries.of(name, Map.of()));
  }

  static OutputSeries series(String name, String label, String value) {
    return OutputSeries.of(name, Map.of(label, value));
  }

  static RawSample sample(String metric, RawSample.Type type, double seconds, double value) {
    return sample(metric, type, seconds, value, Map.of());
  }

  static RawSample sample(String metric, RawSample.Type type, double seconds, double value,
      Map<String, String> tags) {
    return new RawSample(metric, type, false, Math.round(seconds * 1e9), value, tags);
  }
}
