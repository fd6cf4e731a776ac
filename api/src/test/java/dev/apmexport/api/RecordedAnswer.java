package dev.apmexport.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeType;

/**
 * Judges an answer by the one with which k6 went on when it was recorded: of the same class of status, JSON where that
 * was JSON, and with all of its keys, of the same types.
 */
final class RecordedAnswer {
  /** Where k6's model takes null for a value (facts of its v6 and provisioning clients at v2.2.0). */
  private static final Set<String> NULLABLE = Set.of("/archive_upload_url",
      "/runtime_config/metrics/push_interval", "/runtime_config/metrics/push_concurrency",
      "/runtime_config/metrics/aggregation_period", "/runtime_config/metrics/aggregation_wait_period",
      "/runtime_config/metrics/aggregation_min_samples", "/runtime_config/metrics/max_samples_per_package");
  /** One of two ways to say the same: we send {@code testRunDetails}, which goes before it. */
  private static final Set<String> OPTIONAL = Set.of("/config/webAppURL");

  private RecordedAnswer() {}

  static void judge(RecordedRequest request, WithApi.Answer answer) {
    String what = request.file() + " " + request.method() + " " + request.path() + ": ";
    assertThat(answer.status() / 100).as(what + answer.status() + " " + answer.text())
        .isEqualTo(request.status() / 100);
    JsonNode recorded = json(request.response());
    if (!recorded.isMissingNode()) {
      assertThat(answer.type()).as(what + "content type").startsWith("application/json");
      same(what, "", recorded, answer.json());
    }
  }

  /** The body as JSON, missing if there is none. */
  static JsonNode json(String body) {
    return JsonMapper.shared().readTree(body);
  }

  private static void same(String what, String at, JsonNode recorded, JsonNode answered) {
    assertThat(answered.isMissingNode()).as(what + at + " is missing").isFalse();
    boolean free = recorded.isNull() || (answered.isNull() && NULLABLE.contains(at));
    JsonNodeType type = free ? answered.getNodeType() : recorded.getNodeType();
    assertThat(answered.getNodeType()).as(what + at + " " + answered).isEqualTo(type);
    recorded.properties().forEach(entry -> {
      String below = at + "/" + entry.getKey();
      if (!OPTIONAL.contains(below) || answered.has(entry.getKey())) {
        same(what, below, entry.getValue(), answered.path(entry.getKey()));
      }
    });
    for (JsonNode element : answered) { // whatever their number, all like the first
      if (recorded.isArray() && !recorded.isEmpty()) {
        same(what, at + "/0", recorded.get(0), element);
      }
    }
  }
}
