package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.InputSeries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tallies of one type of metric, one for each metric or submetric that is asked for and has had samples. */
final class Tallies<T extends Tally> {
  private final Map<String, List<Submetric>> wanted;
  private final Function<String, T> begin;
  private final Map<Submetric, T> tallies = new HashMap<>();
  private final Map<Integer, List<T>> bySeries = new HashMap<>();
  /** Each list once: a hundred thousand series may belong to the same few submetrics. */
  private final Map<List<T>, List<T>> lists = new HashMap<>();

  /** @param wanted the submetrics of each metric */
  Tallies(Map<String, List<Submetric>> wanted, Function<String, T> begin) {
    this.wanted = wanted;
    this.begin = begin;
  }

  /** Where the samples of a series count. */
  List<T> of(InputSeries series) {
    return bySeries.computeIfAbsent(series.id(), _ -> {
      List<T> found = new ArrayList<>();
      for (Submetric submetric : wanted.getOrDefault(series.name(), List.of())) {
        if (submetric.holds(series.labels())) {
          found.add(tallies.computeIfAbsent(submetric, _ -> begin.apply(series.name())));
        }
      }
      return lists.computeIfAbsent(found, Function.identity());
    });
  }

  @Nullable
  T find(Submetric submetric) {
    return tallies.get(submetric);
  }
}
