package dev.apmexport.exporter.select;

import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import java.util.List;
import java.util.stream.Collectors;

/** Which input series are wanted: a metric's name and conditions on its labels, as in PromQL. */
public record Selector(String metric, List<Matcher> matchers) {

  /** Parses {@code name} or <code>name{label op "value", …}</code>. */
  public static Selector parse(String text) throws SelectorSyntaxException {
    return new SelectorParser(text).parse();
  }

  /** All series of one metric. */
  public static Selector of(String metric) {
    return new Selector(metric, List.of());
  }

  public boolean matches(InputSeries series) {
    return (metric.equals(series.name()) || metric.equals(series.metric())) && matches(series.labels());
  }

  private boolean matches(Labels labels) {
    for (Matcher matcher : matchers) {
      if (!matcher.matches(labels)) { return false; }
    }
    return true;
  }

  @Override
  public String toString() {
    return matchers.isEmpty() ? metric
        : metric + matchers.stream().map(Matcher::toString).collect(Collectors.joining(",", "{", "}"));
  }
}
