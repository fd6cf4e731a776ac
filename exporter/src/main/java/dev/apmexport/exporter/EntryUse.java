package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.block.Spelling;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.select.Selector;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a run has shown about one entry of a block. */
final class EntryUse {
  /** From so many values on, a kept tag is worth a word. */
  private static final int MANY_VALUES = 100;
  private static final int COUNTED_VALUES = 10_000;

  private final String path;
  private final MetricEntry entry;
  private final Map<String, Integer> leftTo = new TreeMap<>();
  private final Map<String, Set<String>> values = new TreeMap<>();
  private boolean matched;

  /** @param block such as {@code apm[0]} */
  EntryUse(String block, MetricEntry entry) {
    this.path = place(block, entry);
    this.entry = entry;
  }

  /** Where an entry stands. */
  static String place(String block, MetricEntry entry) {
    return entry.origin() == null ? block : block + "." + entry.origin();
  }

  void matched(InputSeries series) {
    matched = true;
    for (String tag : entry.keepTags()) {
      Set<String> seen = values.computeIfAbsent(tag, _ -> new HashSet<>());
      String value = series.labels().get(tag);
      if (seen.size() < COUNTED_VALUES && !value.isEmpty()) {
        seen.add(value);
      }
    }
  }

  /** Takes note that a series is written by the entry at another place already. */
  void leftTo(String owner) {
    leftTo.merge(owner, 1, Integer::sum);
  }

  /** @param ended whether no more series can be expected */
  void tell(Collection<String> metrics, boolean ended, List<Problem> out) {
    if (ended && !matched && entry.origin() != null) {
      out.add(Problem.warning(path, nothing(metrics)));
    }
    leftTo.forEach((owner, times) -> out.add(Problem.warning(path, "writes series that " + owner
        + " writes already (" + times + " of the run's series are left to it). Give this entry another targetMetric, "
        + "or keep a tag that tells the series apart.")));
    values.forEach((tag, seen) -> {
      if (seen.size() > MANY_VALUES) {
        String many = seen.size() == COUNTED_VALUES ? "more than " + COUNTED_VALUES : Integer.toString(seen.size());
        out.add(
            Problem.warning(path, "keeps the tag \"" + tag + "\", which has " + many + " values in this run; each is "
                + "a series that the destination stores and may charge for."));
      }
    });
  }

  private String nothing(Collection<String> metrics) {
    Selector source = entry.source();
    return metrics.contains(source.metric())
        ? "\"" + source + "\" matched nothing: the run has " + source.metric()
            + ", but no series of it fits the selector."
        : "\"" + source.metric() + "\" matched nothing in this run" + Spelling.hint(source.metric(), metrics) + ".";
  }
}
