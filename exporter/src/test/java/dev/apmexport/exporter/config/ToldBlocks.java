package dev.apmexport.exporter.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Blocks as text: the normalized form of each, a line for every key and metric, then what is said about it. */
final class ToldBlocks {
  private ToldBlocks() {}

  static String of(List<ApmBlock> blocks) {
    List<String> lines = new ArrayList<>();
    for (ApmBlock block : blocks) {
      lines.add("block " + block.index() + " \"" + shown(block.provider()) + "\": "
          + (block.enabled() ? "enabled" : "disabled"));
      if (block.config() != null) {
        config(block.config().normalized(), lines);
      }
      block.problems().forEach(problem -> lines.add(problem.severity().name().toLowerCase() + " " + problem));
    }
    return String.join("\n", lines) + "\n";
  }

  private static void config(ObjectNode block, List<String> lines) {
    for (Map.Entry<String, JsonNode> key : block.properties()) {
      if (key.getKey().equals("metrics")) {
        lines.add("  metrics:");
        key.getValue().forEach(entry -> lines.add("    " + shown(entry.toString())));
      } else {
        lines.add("  " + key.getKey() + ": " + shown(key.getValue().toString()));
      }
    }
  }

  private static String shown(String text) {
    return text.length() > 200 ? text.substring(0, 200) + "… (" + text.length() + ")" : text;
  }
}
