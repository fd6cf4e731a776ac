package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.metric.DistinctCount;
import dev.apmexport.exporter.metric.InputSeries;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many values the kept tags of an export have in a run: each may be a series that somebody pays for. */
final class KeptTags {
  /** From so many values on, a kept tag is worth a word. */
  private static final int MANY = 100;
  private static final int MOST_COUNTED = 10_000;

  private static final class Tag {
    private final String place;
    private final DistinctCount values = new DistinctCount(MOST_COUNTED);

    Tag(String place) {
      this.place = place;
    }
  }

  private final Map<String, Tag> tags = new TreeMap<>();

  /** Takes note of a series that an entry at this place wants. */
  void see(InputSeries series, MetricEntry entry, String place) {
    for (String name : entry.keepTags()) {
      String value = series.labels().get(name);
      if (!value.isEmpty()) {
        tags.computeIfAbsent(name, _ -> new Tag(place)).values.add(value.hashCode());
      }
    }
  }

  void tell(List<Problem> out) {
    tags.forEach((name, tag) -> {
      if (tag.values.count() > MANY) {
        out.add(Problem.warning(tag.place, "keeps the tag \"" + name + "\", which has "
            + tag.values + " values in this run; each is a series that the "
            + "destination stores and may charge for."));
      }
    });
  }
}
