package dev.apmexport.exporter.config;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.block.Shown;
import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.select.Selector;
import dev.apmexport.exporter.select.SelectorSyntaxException;
import dev.apmexport.exporter.sink.SinkConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The {@code metrics} of a block. An entry with a mistake is left out with a warning, and the rest of the block
 * exports.
 */
final class MetricEntries {
  private static final int MOST = 500;
  private static final int MOST_TAGS = 50;
  private static final int LONGEST_NAME = 200;
  private static final String OLD_PREFIX = "k6.";
  /** Tags with as many values as a test has requests, virtual users or iterations. */
  private static final Set<String> UNBOUNDED = Set.of("url", "vu", "iter", "error");

  private final BlockReader block;
  private final @Nullable SinkConfig sink;
  private final List<MetricEntry> entries = new ArrayList<>();

  private MetricEntries(BlockReader block, @Nullable SinkConfig sink) {
    this.block = block;
    this.sink = sink;
  }

  static List<MetricEntry> read(BlockReader block, @Nullable SinkConfig sink, @Nullable Preset preset,
      boolean withDefaults) {
    MetricEntries read = new MetricEntries(block, sink);
    if (preset != null) {
      preset.metrics().forEach(read::add);
    } else if (withDefaults) {
      BuiltIn.DEFAULT_SET.forEach(name -> read.add(new MetricEntry(null, Selector.of(name), null, List.of())));
    }
    read.own(block.list("metrics"));
    if (read.entries.isEmpty()) {
      block.warning("metrics", "leaves nothing to export; name metrics, or leave includeDefaultMetrics on.");
    }
    return List.copyOf(read.entries);
  }

  private void own(List<JsonNode> wished) {
    for (int i = 0; i < Math.min(MOST, wished.size()); i++) {
      String path = "metrics[" + i + "]";
      JsonNode node = wished.get(i);
      MetricEntry entry = node.isString() ? plain(path, node.asString()) : object(i, path, node);
      if (entry != null) {
        add(entry);
      }
    }
    if (wished.size() > MOST) {
      block.warning("metrics", "holds " + wished.size() + " entries; those after the first " + MOST + " are left out.");
    }
  }

  /** What is wished for twice is exported once, be its own name written or not. */
  private void add(MetricEntry entry) {
    if (entries.stream().noneMatch(other -> entry.asks(other, sink))) {
      entries.add(entry);
    }
  }

  private @Nullable MetricEntry plain(String path, String text) {
    Selector selector = selector(path, text);
    if (selector != null && !selector.matchers().isEmpty()) {
      block.warning(path, "is left out: a selector belongs into an object, {sourceMetric: '"
          + Shown.plain(selector.toString()) + "'}.");
      return null;
    }
    return selector == null || !hasName(path, selector, null) ? null
        : new MetricEntry(path, selector, null, List.of());
  }

  private @Nullable MetricEntry object(int index, String path, JsonNode node) {
    if (!node.isObject()) {
      block.warning(path, "is left out: it must be a metric's name or an object with sourceMetric, got "
          + Shown.json(node) + ".");
      return null;
    }
    BlockReader entry = block.element("metrics", index, node);
    String source = entry.text("sourceMetric");
    String target = entry.text("targetMetric");
    List<String> keepTags = keepTags(entry);
    entry.require("sourceMetric", source, "the metric to export, such as http_reqs{status=\"500\"}.");
    entry.warnOfUnknownKeys();
    entry.problems().forEach(problem -> block.problems().add(
        new Problem(problem.path(), Problem.Severity.WARNING,
            problem.message() + (problem.isError() ? " The entry is left out." : ""))));
    if (source == null || entry.hasErrors()) { return null; }
    Selector selector = selector(path + ".sourceMetric", source);
    return selector == null || !hasName(path, selector, target) ? null
        : new MetricEntry(path, selector, target, keepTags);
  }

  /** Whether the series can have a name at the destination. */
  private boolean hasName(String path, Selector source, @Nullable String target) {
    String name = target == null ? source.metric() : target;
    String at = target == null ? path : path + ".targetMetric";
    if (name.length() > LONGEST_NAME) {
      block.warning(at, "is a name of " + name.length() + " characters, and at most " + LONGEST_NAME
          + " are taken. The entry is left out.");
      return false;
    }
    if (sink == null || sink.isName(name)) { return true; }
    block.warning(at, Shown.quoted(name) + " is not a metric name for this provider; " + Shown.quoted(sink.name(name))
        + " would be one" + (target == null ? ", given as targetMetric" : "") + ". The entry is left out.");
    return false;
  }

  private static List<String> keepTags(BlockReader entry) {
    List<String> tags = new ArrayList<>();
    for (JsonNode tag : entry.list("keepTags")) {
      if (!tag.isString() || tag.asString().isBlank()) {
        entry.error("keepTags", "must be a list of tag names, got " + Shown.json(tag) + " in it.");
      } else if (!tags.contains(tag.asString())) {
        tags.add(tag.asString());
        if (UNBOUNDED.contains(tag.asString())) {
          entry.warning("keepTags", "keeps \"" + tag.asString() + "\", which may have thousands of values, and every "
              + "one is a series that the destination stores and may charge for.");
        }
      }
    }
    if (tags.size() > MOST_TAGS) {
      entry.error("keepTags", "holds " + tags.size() + " tags; at most " + MOST_TAGS + " are taken.");
    }
    return tags.stream().sorted().toList();
  }

  private @Nullable Selector selector(String path, String text) {
    boolean old = text.startsWith(OLD_PREFIX);
    if (old) {
      block.warning(path, "begins with the older prefix \"k6.\", which is not part of a metric's name here; write "
          + Shown.quoted(text.substring(OLD_PREFIX.length())) + ".");
    }
    try {
      return Selector.parse(old ? text.substring(OLD_PREFIX.length()) : text);
    } catch (SelectorSyntaxException e) {
      block.warning(path, Shown.quoted(text) + " is left out, " + e.getMessage() + ".");
      return null;
    }
  }
}
