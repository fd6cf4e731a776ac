package dev.apmexport.api.provisioning;

import dev.apmexport.api.security.Refused;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How a run ended: k6's own words, and the run_status of its first protocol, which all the rest goes by. */
final class Outcome {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String COMPLETED = "script_execution_completed";
  private static final String RUN_STATUS = "run_status";

  private static final int FINISHED = 3;
  private static final int ABORTED_BY_USER = 5;
  private static final int ABORTED_BY_SYSTEM = 6;
  private static final int ABORTED_BY_SCRIPT_ERROR = 7;
  private static final int ABORTED_BY_LIMIT = 9;

  private Outcome() {}

  /**
   * The outcome that k6 has sent, as it is stored.
   *
   * @param withoutSecrets takes out of k6's words, which may be those of a script's error, what nobody may read
   */
  static String of(@Nullable JsonNode notification, UnaryOperator<String> withoutSecrets) {
    String event = notification == null ? "" : notification.path("event_type").asString("");
    if (notification == null || !event.equals(COMPLETED)) {
      throw new Refused(HttpStatus.BAD_REQUEST, "The only event that is known here is {\"event_type\": \"" + COMPLETED
          + "\", \"error\": null or {\"code\": …, \"reason\": …}}; the test run goes on.");
    }
    JsonNode error = notification.path("error");
    ObjectNode outcome = JSON.createObjectNode().put(RUN_STATUS, runStatus(error));
    if (error.isObject()) {
      outcome.putObject("error").put("code", error.path("code").asInt(0))
          .put("reason", withoutSecrets.apply(error.path("reason").asString("")));
    }
    return outcome.toString();
  }

  /** k6's internal/cloudapi/provisioning/notify.go at v2.2.0 says which code stands for what. */
  private static int runStatus(JsonNode error) {
    if (!error.isObject()) { return FINISHED; } // thresholds that failed at the end are no error either
    return switch (error.path("code").asInt(0)) {
      case 8036 -> ABORTED_BY_USER; // or by the script, or by a threshold that says so
      case 8035 -> ABORTED_BY_SCRIPT_ERROR;
      case 8034 -> ABORTED_BY_LIMIT; // of time; or by an output, which the server cannot make it do
      default -> ABORTED_BY_SYSTEM;
    };
  }

  /** Why it did not, in k6's words or in those of whoever stopped it. */
  static String reason(@Nullable String outcome) {
    JsonNode told = outcome == null ? JSON.missingNode() : JSON.readTree(outcome);
    return Stream.of(told.at("/error/reason"), told.path("reason")).map(reason -> reason.asString(""))
        .filter(reason -> !reason.isEmpty()).findFirst().orElse("The test run was closed before it came to its end.");
  }
}
