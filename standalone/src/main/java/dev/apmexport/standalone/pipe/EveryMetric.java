package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.metric.DistinctCount;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.resample.Route;
import dev.apmexport.exporter.sink.SinkConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** Wishes for every metric of the run, under the destination's own name for it and with the tags that are kept. */
final class EveryMetric implements Route {
  private static final int MOST_COUNTED = 100_000;
  private static final int MOST_CLASHES = 20;

  /** Which names the series of an output have. */
  @FunctionalInterface
  interface Names {
    List<String> of(Output output);
  }

  private final SinkConfig sink;
  private final Tags tags;
  private final Names names;
  private final int limit;
  private final Map<Long, Output> owners = new HashMap<>();
  private final DistinctCount beyond = new DistinctCount(MOST_COUNTED);
  private final Set<String> clashes = new TreeSet<>();

  /** @param limit the most series at the destination */
  EveryMetric(SinkConfig sink, Tags tags, Names names, int limit) {
    this.sink = sink;
    this.tags = tags;
    this.names = names;
    this.limit = limit;
  }

  /** Which of k6's tags become labels. */
  record Tags(boolean kept, boolean nameKept) {
    Labels of(Labels all) {
      if (!kept) { return Labels.NONE; }
      if (nameKept || all.get("name").isEmpty()) { return all; }
      SortedMap<String, String> some = all.toMap();
      some.remove("name");
      return Labels.of(some);
    }
  }

  @Override
  public Destinations outputs(InputSeries series) {
    Output output = new Output(series.name(), series.type(), sink.name(series.name()),
        sink.labels(tags.of(series.labels())));
    return claim(output) ? Destinations.of(output) : new Destinations(List.of(), 1);
  }

  private boolean claim(Output output) {
    List<Long> keys = new ArrayList<>();
    for (String name : names.of(output)) {
      Series series = new Series(name, output.labels());
      Output owner = owners.get(series.key());
      if (owner != null && !owner.equals(output)) {
        clash(output.metric(), owner.metric(), name);
        return false;
      }
      keys.add(series.key());
    }
    if (owners.containsKey(keys.getFirst())) { return true; }
    if (owners.size() + keys.size() > limit) {
      keys.forEach(beyond::add);
      return false;
    }
    keys.forEach(key -> owners.put(key, output));
    return true;
  }

  private void clash(String metric, String other, String name) {
    if (clashes.size() < MOST_CLASHES) {
      clashes.add("The metrics \"" + other + "\" and \"" + metric + "\" both become " + name
          + "; only the first is sent. Give one of them another name in the script.");
    }
  }

  /** The series at the destination. */
  int made() {
    return owners.size();
  }

  /** What the user should know. */
  List<String> notes() {
    List<String> notes = new ArrayList<>(clashes);
    if (beyond.count() > 0) {
      notes.add("The run has " + beyond + " series more than the " + limit + " that are sent; they were left out, the "
          + "others went on. Use fewer distinct tag values (URL grouping, systemTags), or K6_KEEP_TAGS=false.");
    }
    return notes;
  }
}
