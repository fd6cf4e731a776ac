package dev.apmexport.exporter.block;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The keys of one object, each of which may have been written in an older spelling. Remembers what was asked for, since
 * every other key is a mistake.
 */
final class KeyValues {
  private final JsonNode node;
  private final Map<String, List<String>> olderSpellings = new TreeMap<>();
  private final Map<String, String> written = new HashMap<>();
  private final Set<String> asked = new TreeSet<>();

  KeyValues(JsonNode node) {
    this.node = node;
  }

  /** Takes note of older spellings of a key; returns what is to be said about those in use. */
  Map<String, String> spellings(String key, List<String> older) {
    olderSpellings.put(key, older);
    asked.addAll(older);
    if (node.hasNonNull(key)) {
      written.put(key, key);
    }
    Map<String, String> conflicts = new LinkedHashMap<>();
    for (String spelling : older) {
      if (!node.hasNonNull(spelling)) {
        continue;
      }
      String first = written.putIfAbsent(key, spelling);
      if (first != null && !node.get(first).equals(node.get(spelling))) {
        conflicts.put(spelling, "and " + first + " are one key in two spellings, with different values; keep " + key
            + " only.");
      }
    }
    return conflicts;
  }

  /** The older spellings that are in use. */
  List<String> outdated(String key) {
    return olderSpellings.getOrDefault(key, List.of()).stream().filter(node::hasNonNull).toList();
  }

  Map<String, List<String>> olderSpellings() {
    return olderSpellings;
  }

  /** The key as the block spells it; what follows it, as in {@code metrics[2].keepTags}, stays. */
  String written(String key) {
    int end = key.indexOf('[');
    return end <= 0 ? written.getOrDefault(key, key)
        : written.getOrDefault(key.substring(0, end), key.substring(0, end)) + key.substring(end);
  }

  @Nullable
  JsonNode get(String key) {
    asked.add(key);
    JsonNode value = node.get(written(key));
    return value == null || value.isNull() ? null : value;
  }

  boolean has(String key) {
    asked.add(key);
    return node.hasNonNull(written(key));
  }

  /** The keys somebody has asked for, in every spelling. */
  Set<String> asked() {
    return asked;
  }

  List<String> present() {
    return List.copyOf(node.propertyNames());
  }
}
