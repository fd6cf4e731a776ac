package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.block.Spelling;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.select.Selector;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a run has shown about one entry of a block. */
final class EntryUse {
  private final String path;
  private final MetricEntry entry;
  private final Map<String, Integer> leftTo = new TreeMap<>();
  private final Map<String, Integer> leftOut = new TreeMap<>();
  private boolean matched;
  private @Nullable String statistic;

  /** @param path where the entry stands, by {@link #place} */
  EntryUse(String path, MetricEntry entry) {
    this.path = path;
    this.entry = entry;
  }

  /** Where an entry stands; {@code block} is such as {@code apm[0]}. */
  static String place(String block, MetricEntry entry) {
    return entry.origin() == null ? block : block + "." + entry.origin();
  }

  void matched(InputSeries series) {
    matched = true;
    statistic = series.statistic().isEmpty() ? statistic : series.name();
  }

  /** Takes note that a series is written by the entry at another place already. */
  void leftTo(String owner) {
    leftTo.merge(owner, 1, Integer::sum);
  }

  /** Takes note that a series is written by nobody, and why, with what to do. */
  void leftOut(String why) {
    leftOut.merge(why, 1, Integer::sum);
  }

  /** @param ended whether no more series can be expected */
  void tell(Collection<String> metrics, boolean ended, List<Problem> out) {
    if (ended && !matched && entry.origin() != null) {
      out.add(Problem.warning(path, nothing(metrics)));
    }
    if (statistic != null) {
      out.add(Problem.warning(path, "exports values such as " + statistic
          + " as k6's remote write gives them: since the "
          + "start of k6, and of several series merged the greatest (of _min the least). For windows' own values set "
          + "K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM=true (trends), or use k6 run -o cloud (rates, too)."));
    }
    leftTo.forEach((owner, times) -> out.add(Problem.warning(path, "writes series that " + owner
        + " writes already (" + times + " of the run's series are left to it). Give this entry another targetMetric, "
        + "or keep a tag that tells the series apart.")));
    leftOut.forEach((why, times) -> out
        .add(Problem.warning(path, why + " Until then series are left out, " + times + " of this run.")));
  }

  private String nothing(Collection<String> metrics) {
    Selector source = entry.source();
    return metrics.contains(source.metric())
        ? "\"" + source + "\" matched nothing: the run has " + source.metric()
            + ", but no series of it fits the selector."
        : "\"" + source.metric() + "\" matched nothing in this run" + Spelling.hint(source.metric(), metrics) + ".";
  }
}
