package dev.apmexport.store.run;

import dev.apmexport.exporter.config.ApmBlocks;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a script's options say beside their apm blocks. */
final class ScriptOptions {
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

  /** Thresholds are all that is needed of the options later; anything else may hold keys and passwords. */
  static String kept(JsonNode options) {
    ObjectNode kept = JsonMapper.shared().createObjectNode();
    kept.set("thresholds",
        options.path("thresholds").isObject() ? options.path("thresholds") : kept.objectNode());
    return kept.toString();
  }
}
