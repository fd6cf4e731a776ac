package dev.apmexport.store.replay;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The block of another destination. What it does not say of the points themselves is as in the block that was exported:
 * the same series go to the new place.
 *
 * @param written the whole block, with its secrets
 */
record DestinationBlock(ObjectNode written, ApmBlock read) {
  /** Keys that belong together, in every spelling: one of them that is written stands for all. */
  private static final List<Set<String>> OF_ALL = List.of(
      Set.of("metrics", "export_metrics", "includeDefaultMetrics", "include_default_metrics",
          "export_default_metrics", "preset"),
      Set.of("resampleRate", "resample_rate"), Set.of("includeTestRunId", "include_test_run_id"), Set.of("tags"));
  private static final List<Set<String>> OF_ONE_KIND = List.of(Set.of("trendStats"), Set.of("trendMode"),
      Set.of("runSummary"), Set.of("rateCounters"), Set.of("staleMarkers"));

  /** @param original the block that was exported, with or without its secrets; null if there was none */
  static DestinationBlock of(int index, ObjectNode destination, @Nullable ObjectNode original) {
    ObjectNode whole = destination.deepCopy();
    List<Problem> problems = new ArrayList<>();
    if (original != null) {
      boolean oneKind = kind(destination).equals(kind(original));
      OF_ALL.forEach(keys -> inherit(keys, whole, original));
      if (oneKind) {
        OF_ONE_KIND.forEach(keys -> inherit(keys, whole, original));
      } else {
        foreignPreset(destination, whole).ifPresent(problems::add);
      }
    }
    ApmBlock read = ApmBlocks.readBlock(index, whole);
    if (!problems.isEmpty()) {
      read = new ApmBlock(index, read.provider(), read.config(), read.problems().stream()
          .filter(problem -> !problem.path().endsWith(".preset")).toList()).with(problems);
    }
    return new DestinationBlock(whole, named(read));
  }

  private static void inherit(Set<String> keys, ObjectNode block, ObjectNode original) {
    if (keys.stream().noneMatch(block::hasNonNull)) {
      keys.stream().filter(original::hasNonNull).forEach(key -> block.set(key, original.get(key)));
    }
  }

  private static Optional<Problem> foreignPreset(ObjectNode destination, ObjectNode whole) {
    return destination.hasNonNull("preset") || !whole.hasNonNull("preset") ? Optional.empty()
        : Optional.of(Problem.error("preset", "is taken over from the run's export, which goes by "
            + whole.get("preset")
            + ", and another kind of destination does not have it; name metrics or another preset "
            + "in the destination."));
  }

  private static String kind(JsonNode block) {
    String provider = block.path("provider").asString("").toLowerCase(Locale.ROOT);
    return provider.startsWith("datadog") ? "datadog" : provider;
  }

  /** With its problems at the places where they were written in the request. */
  private static ApmBlock named(ApmBlock block) {
    return new ApmBlock(block.index(), block.provider(), block.config(), block.problems().stream()
        .map(problem -> new Problem(path(problem.path(), block.index()), problem.severity(), problem.message()))
        .toList());
  }

  private static String path(String path, int index) {
    String own = "apm[" + index + "]";
    return path.startsWith(own) ? "destination" + path.substring(own.length()) : "destination." + path;
  }
}
