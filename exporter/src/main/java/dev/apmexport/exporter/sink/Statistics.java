package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.block.Shown;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an export tells of its metrics.
 *
 * @param trend the statistics of every trend, in the order they are sent
 * @param cumulative whether a trend's statistics speak of the time since the run's start, as k6's own console does; else
 *   of each window
 * @param runSummary whether the run's end adds one value of each statistic for the whole run
 */
public record Statistics(List<TrendStat> trend, boolean cumulative, boolean runSummary) {
  private static final int MOST = 30;
  private static final String KNOWN = "min, max, avg, med, count, sum, or a percentile from p(0) to p(100) such as p(95)";

  public static Statistics ofWindows(String... trend) {
    return new Statistics(Stream.of(trend).map(TrendStat::of).toList(), false, false);
  }

  /** Whether trends have to keep all values since the run's start. */
  public boolean needsSinceStart() {
    return cumulative || runSummary;
  }

  /** Writes the keys it is read from into a block. */
  public void describe(ObjectNode block) {
    ArrayNode names = block.putArray("trendStats");
    trend.forEach(stat -> names.add(stat.toString()));
    block.put("trendMode", cumulative ? "cumulative" : "window").put("runSummary", runSummary);
  }

  /** Reads {@code trendStats}, {@code trendMode} and {@code runSummary} of a block. */
  public static Statistics read(BlockReader block, Statistics otherwise) {
    Set<TrendStat> trend = new LinkedHashSet<>();
    int told = block.problems().size();
    List<JsonNode> names = block.list("trendStats");
    for (JsonNode name : names) {
      TrendStat stat = name.isString() ? TrendStat.parse(name.asString()) : null;
      if (stat == null) {
        block.error("trendStats",
            "holds " + Shown.json(name) + ", which is no statistic of a trend; write " + KNOWN + ".");
      } else {
        trend.add(stat);
      }
    }
    if (block.has("trendStats") && names.isEmpty() && block.problems().size() == told) {
      block.error("trendStats", "is an empty list; name at least one of " + KNOWN + ", or leave it out.");
    }
    if (trend.size() > MOST) {
      block.error("trendStats", "holds " + trend.size() + " statistics; at most " + MOST + " are taken.");
    }
    String mode = block.oneOf("trendMode", "window", List.of("window", "cumulative"));
    return new Statistics(trend.isEmpty() ? otherwise.trend() : List.copyOf(trend), mode.equals("cumulative"),
        block.flag("runSummary", false));
  }
}
