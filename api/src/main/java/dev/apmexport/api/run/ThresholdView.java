package dev.apmexport.api.run;

import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.exporter.threshold.ThresholdResult.State;
import dev.apmexport.store.run.TestRun;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How one threshold of a run stands, as the REST API tells it.
 *
 * @param metric the metric or submetric as the script has it
 * @param value what its aggregation came to over the whole run
 * @param certain whether k6, which had every sample, cannot have come to another result
 * @param k6 what k6 itself said when it closed the run; null where it did not say
 * @param reason what is to be said about it; null if nothing is
 */
record ThresholdView(String metric, String expression, @Schema(allowableValues = {
    "pending", "passed", "failed",
    "noData", "invalid"}) String state, @Nullable Double value, boolean certain,
    @Schema(allowableValues = {"passed", "failed"}) @Nullable String k6, @Nullable String reason) {
  static final String PASSED = "passed";
  static final String FAILED = "failed";

  static List<ThresholdView> of(TestRun run, List<ThresholdResult> results) {
    String outcome = run.outcome();
    JsonNode k6 = JsonMapper.shared().readTree(outcome == null ? "{}" : outcome).path("thresholds");
    return results.stream().map(result -> of(result, k6.path(result.metric()).path(result.expression()))).toList();
  }

  /** @param failed what k6 said: true where the threshold failed */
  private static ThresholdView of(ThresholdResult result, JsonNode failed) {
    return new ThresholdView(result.metric(), result.expression(), name(result.state()), result.value(),
        result.certain(), failed.isBoolean() ? failed.asBoolean() ? FAILED : PASSED : null, result.reason());
  }

  private static String name(State state) {
    return state == State.NO_DATA ? "noData" : state.name().toLowerCase(Locale.ROOT);
  }

  /** All thresholds in one word, as k6 counts them; null as long as one is undecided, or if there is none. */
  static @Nullable String summary(List<ThresholdResult> results) {
    if (results.stream().anyMatch(ThresholdResult::fails)) { return FAILED; }
    boolean open = results.stream()
        .anyMatch(result -> result.state() == State.PENDING || result.state() == State.INVALID);
    return open || results.isEmpty() ? null : PASSED;
  }
}
