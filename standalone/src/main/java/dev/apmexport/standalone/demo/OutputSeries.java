package dev.apmexport.standalone.demo;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A series as a Prometheus holds it.
 *
 * @param labels without the name, by name; a label with an empty value is the same as none and left out
 */
public record OutputSeries(String name, SortedMap<String, String> labels) implements Comparable<OutputSeries> {
  private static final Comparator<OutputSeries> ORDER = Comparator.comparing(OutputSeries::name)
      .thenComparing(OutputSeries::toString);

  public OutputSeries {
    var present = new TreeMap<>(labels);
    present.values().removeIf(String::isEmpty);
    labels = Collections.unmodifiableSortedMap(present);
  }

  public static OutputSeries of(String name, Map<String, String> labels) {
    return new OutputSeries(name, new TreeMap<>(labels));
  }

  @Override
  public int compareTo(OutputSeries other) {
    return ORDER.compare(this, other);
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** As in PromQL: {@code name{label="value", …}}. No two series have the same text. */
  @Override
  public String toString() {
    return labels.isEmpty() ? name : labels.entrySet().stream()
        .map(label -> label.getKey() + "=\"" + escaped(label.getValue()) + "\"")
        .collect(Collectors.joining(", ", name + "{", "}"));
  }
}
