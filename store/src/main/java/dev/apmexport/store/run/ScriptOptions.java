package dev.apmexport.store.run;

import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.threshold.Threshold;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a script's options say beside their apm blocks. */
final class ScriptOptions {
  static final String PROJECT = "projectID";

  private ScriptOptions() {}

  /** Whether there is anything in the place of the apm list, be it right or wrong. */
  static boolean haveBlocks(JsonNode options) {
    JsonNode apm = ApmBlocks.find(options);
    return !apm.isMissingNode() && !apm.isNull() && !(apm.isArray() && apm.isEmpty());
  }

  /** Asked for beside the apm list; either place counts, since what is deleted too early can be given again. */
  static boolean deleteSecrets(JsonNode options) {
    return options.path("cloud").path("deleteSensitiveData").asBoolean(false)
        || options.path("ext").path("loadimpact").path("deleteSensitiveData").asBoolean(false);
  }

  static boolean haveThresholds(JsonNode options) {
    JsonNode thresholds = options.path("thresholds");
    return thresholds.isObject() && !thresholds.isEmpty();
  }

  /**
   * Thresholds and the project's number are all that is needed of the options later; anything else may hold keys and
   * passwords.
   */
  static String kept(JsonNode options) {
    ObjectNode kept = JsonMapper.shared().createObjectNode();
    kept.set("thresholds", haveThresholds(options) ? Threshold.kept(options.path("thresholds")) : kept.objectNode());
    Stream.of(options.path("cloud"), options.path("ext").path("loadimpact")).map(place -> place.path("projectID"))
        .filter(project -> project.isIntegralNumber() && project.canConvertToLong() && project.asLong() > 0).findFirst()
        .ifPresent(project -> kept.put(PROJECT, project.asLong()));
    return kept.toString();
  }
}
