package dev.apmexport.api.run;

import dev.apmexport.exporter.threshold.Threshold;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is kept of what k6 says when it closes a run by its first protocol, or whoever calls as it does. */
public final class RunOutcome {
  /** k6's own numbers for how it ended. */
  private static final String[] STATUSES = {"run_status", "result_status"};

  private RunOutcome() {}

  /**
   * How the run ended, and what k6 itself found of each threshold: {@code {"run_status": 3, "result_status": 1,
   * "thresholds": {"http_req_duration": {"p(95)<200": true}}}}, where true says that it failed. Anything else of a body,
   * and more text than a run's thresholds may have, is left out.
   */
  public static String kept(@Nullable JsonNode said) {
    ObjectNode kept = JsonMapper.shared().createObjectNode();
    if (said != null) {
      Stream.of(STATUSES).filter(status -> said.path(status).canConvertToInt())
          .forEach(status -> kept.put(status, said.path(status).asInt()));
      thresholds(said.path("thresholds"), kept);
    }
    return kept.toString();
  }

  private static void thresholds(JsonNode said, ObjectNode outcome) {
    ObjectNode kept = JsonMapper.shared().createObjectNode();
    int text = 0;
    for (Map.Entry<String, JsonNode> metric : said.properties()) {
      for (Map.Entry<String, JsonNode> failed : metric.getValue().properties()) {
        text += metric.getKey().length() + failed.getKey().length();
        if (text <= Threshold.MOST_TEXT && failed.getValue().isBoolean()) {
          kept.withObjectProperty(metric.getKey()).put(failed.getKey(), failed.getValue().asBoolean());
        }
      }
    }
    if (!kept.isEmpty()) {
      outcome.set("thresholds", kept);
    }
  }
}
