package dev.apmexport.standalone.demo;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One entry of an export's list of metrics, as the oracle understands it.
 *
 * @param where which of the source metric's series are meant, by the tags that k6 sends; an absent tag is absent
 * @param target name of the output series; of a trend, the name before {@code _min} and the others
 * @param keepTags tags that stay apart; all others are aggregated away
 */
public record Expectation(String sourceMetric, Predicate<Map<String, String>> where, String target,
    List<String> keepTags) {

  public Expectation {
    keepTags = List.copyOf(keepTags);
  }

  /** A whole metric. */
  public static Expectation of(String sourceMetric, String target, String... keepTags) {
    return new Expectation(sourceMetric, _ -> true, target, List.of(keepTags));
  }

  /** The same of fewer series. */
  public Expectation where(Predicate<Map<String, String>> narrower) {
    return new Expectation(sourceMetric, where.and(narrower), target, keepTags);
  }
}
