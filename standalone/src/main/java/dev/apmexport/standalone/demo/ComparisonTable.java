package dev.apmexport.standalone.demo;

import java.util.Map;
import java.util.TreeMap;

/** Lays a comparison out as text. A label that all series have alike is told once, in the heading. */
final class ComparisonTable {
  private static final int WIDEST = 80;

  private final Comparison comparison;
  private final Map<String, String> common;

  private ComparisonTable(Comparison comparison) {
    this.comparison = comparison;
    this.common = common(comparison);
  }

  static String of(Comparison comparison) {
    return new ComparisonTable(comparison).text();
  }

  private static Map<String, String> common(Comparison comparison) {
    var common = new TreeMap<String, String>();
    comparison.series().stream().findFirst().ifPresent(one -> common.putAll(one.series().labels()));
    comparison.series().forEach(one -> common.entrySet().retainAll(one.series().labels().entrySet()));
    return common;
  }

  private String text() {
    String heading = OutputSeries.of("series", common).toString();
    int width = comparison.series().stream().mapToInt(one -> name(one).length()).max().orElse(0);
    String line = "%-" + Math.max(width, heading.length()) + "s  %6s  %6s  %s\n";
    var text = new StringBuilder(line.formatted(heading, "points", "equal", "result"));
    comparison.series()
        .forEach(one -> text.append(line.formatted(name(one), one.expected(), one.equal(), one.result())));
    return text.append(closing()).toString();
  }

  private String name(SeriesComparison one) {
    var own = new TreeMap<>(one.series().labels());
    own.keySet().removeAll(common.keySet());
    String name = OutputSeries.of(one.series().name(), own).toString();
    return name.length() <= WIDEST ? name : name.substring(0, WIDEST - 1) + "…";
  }

  private String closing() {
    long equal = comparison.series().stream().filter(SeriesComparison::allEqual).count();
    return "%s: %d of %d series, %d of %d points\n".formatted(comparison.allEqual() ? "all equal" : "NOT EQUAL", equal,
        comparison.series().size(), comparison.equal(), comparison.expected());
  }
}
