package dev.apmexport.exporter.config;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.select.Selector;
import dev.apmexport.exporter.select.SelectorSyntaxException;
import dev.apmexport.exporter.sink.SinkConfig;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The {@code metrics} of a block. An entry with a mistake is left out with a warning, and the rest of the block
 * exports.
 */
final class MetricEntries {
  private MetricEntries() {}

  static List<MetricEntry> read(BlockReader block, @Nullable SinkConfig sink, boolean withDefaults) {
    Set<MetricEntry> entries = new LinkedHashSet<>();
    if (withDefaults) {
      BuiltIn.DEFAULT_SET.forEach(name -> entries.add(new MetricEntry(Selector.of(name), null, List.of())));
    }
    List<JsonNode> wished = block.list("metrics");
    for (int i = 0; i < wished.size(); i++) {
      MetricEntry entry = entry(block, sink, "metrics[" + i + "]", wished.get(i));
      if (entry != null) {
        entries.add(entry);
      }
    }
    if (entries.isEmpty()) {
      block.warning("metrics", "leaves nothing to export; name metrics, or leave includeDefaultMetrics on.");
    }
    return List.copyOf(entries);
  }

  private static @Nullable MetricEntry entry(BlockReader block, @Nullable SinkConfig sink, String path, JsonNode node) {
    if (node.isString()) {
      Selector selector = selector(block, path, node.asString());
      if (selector == null || selector.matchers().isEmpty()) {
        return selector == null ? null : new MetricEntry(selector, null, List.of());
      }
      block.warning(path, "is left out: a selector belongs into an object, {sourceMetric: '" + selector + "'}.");
      return null;
    }
    if (!node.isObject()) {
      block.warning(path, "is left out: it must be a metric's name or an object with sourceMetric.");
      return null;
    }
    return object(block, sink, path, BlockReader.of(block.at(path), node));
  }

  private static @Nullable MetricEntry object(BlockReader block, @Nullable SinkConfig sink, String path,
      BlockReader entry) {
    String source = entry.text("sourceMetric");
    String target = entry.text("targetMetric");
    List<String> keepTags = keepTags(entry);
    entry.require("sourceMetric", source, "the metric to export, such as http_reqs{status=\"500\"}.");
    entry.warnOfUnknownKeys();
    entry.problems().forEach(problem -> block.problems().add(
        new Problem(problem.path(), Problem.Severity.WARNING,
            problem.message() + (problem.isError() ? " The entry is left out." : ""))));
    if (source == null || entry.hasErrors()) { return null; }
    Selector selector = selector(block, path + ".sourceMetric", source);
    if (target != null && sink != null && !sink.isName(target)) {
      block.warning(path + ".targetMetric", "\"" + target + "\" is not a metric name for this provider; \""
          + sink.name("name") + "\" would be one. The entry is left out.");
      return null;
    }
    return selector == null ? null : new MetricEntry(selector, target, keepTags);
  }

  private static List<String> keepTags(BlockReader entry) {
    List<String> tags = new ArrayList<>();
    for (JsonNode tag : entry.list("keepTags")) {
      if (tag.isString() && !tag.asString().isBlank()) {
        tags.add(tag.asString());
      } else {
        entry.error("keepTags", "must be a list of tag names, got " + tag + " in it.");
      }
    }
    return tags.stream().distinct().sorted().toList();
  }

  private static @Nullable Selector selector(BlockReader block, String path, String text) {
    try {
      return Selector.parse(text);
    } catch (SelectorSyntaxException e) {
      block.warning(path, "\"" + text + "\" is left out, " + e.getMessage() + ".");
      return null;
    }
  }
}
