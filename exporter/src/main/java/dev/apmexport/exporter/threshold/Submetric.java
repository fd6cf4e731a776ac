package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.Labels;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A metric, or the part of it whose samples carry all of some tags, as k6 writes it:
 * {@code http_req_duration{status:200,name:"home"}}. Tags are split at commas wherever these stand, and quotes around a
 * key or a value fall away (k6's {@code metrics/metric.go}).
 */
public record Submetric(String metric, SortedMap<String, String> tags) {
  private static final String QUOTES = "\"'";

  public static Submetric parse(String text) throws InvalidThreshold {
    int open = text.indexOf('{');
    int close = text.lastIndexOf('}');
    int named = open < 0 ? text.length() : open;
    if (named == 0) { throw InvalidThreshold.at(text, 0, "the name of a metric is missing."); }
    if (open < 0 && close < 0) { return new Submetric(text, new TreeMap<>()); }
    if (open < 0) { throw InvalidThreshold.at(text, close, "there is a } without a { before it."); }
    if (close != text.length() - 1) {
      throw InvalidThreshold.at(text, text.length() - 1, "a submetric must end with }, as in http_reqs{status:200}.");
    }
    return new Submetric(text.substring(0, open), tags(text, open + 1, close));
  }

  private static SortedMap<String, String> tags(String text, int from, int to) throws InvalidThreshold {
    SortedMap<String, String> tags = new TreeMap<>();
    for (int at = from; at <= to;) {
      int comma = text.indexOf(',', at);
      int end = comma < 0 || comma > to ? to : comma;
      String tag = text.substring(at, end);
      int colon = tag.indexOf(':');
      if (colon < 0 || colon == tag.length() - 1) {
        throw InvalidThreshold.at(text, at,
            InvalidThreshold.quoted(tag) + " is no tag; it must be key:value, and neither may hold a comma.");
      }
      tags.put(bare(tag.substring(0, colon)), bare(tag.substring(colon + 1)));
      at = end + 1;
    }
    return tags;
  }

  private static String bare(String text) {
    String trimmed = GoText.trimmed(text);
    int from = 0;
    int to = trimmed.length();
    while (from < to && QUOTES.indexOf(trimmed.charAt(from)) >= 0) {
      from++;
    }
    while (to > from && QUOTES.indexOf(trimmed.charAt(to - 1)) >= 0) {
      to--;
    }
    return trimmed.substring(from, to);
  }

  /** Whether a series of the metric belongs to it; unlike in a selector, an absent tag is not an empty one. */
  boolean holds(Labels labels) {
    int found = 0;
    for (int i = 0; i < labels.size(); i++) {
      if (labels.value(i).equals(tags.get(labels.name(i)))) {
        found++;
      }
    }
    return found == tags.size();
  }

  /** A tag in it that k6 keeps to itself: names that are reserved are not sent. */
  Optional<String> unsent() {
    return tags.keySet().stream().filter(tag -> tag.startsWith("__") || tag.equals("test_run_id")).findFirst();
  }
}
