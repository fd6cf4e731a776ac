package dev.apmexport.api.run;

import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.exporter.threshold.ThresholdResult.State;
import dev.apmexport.store.run.TestRun;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
    JsonNode k6 = k6(run);
    return results.stream().map(result -> of(result, said(k6, result))).toList();
  }

  private static ThresholdView of(ThresholdResult result, @Nullable String k6) {
    return new ThresholdView(result.metric(), result.expression(), name(result.state()), result.value(),
        result.certain(), k6, result.reason());
  }

  /** What k6 said at its end: by metric and expression whether the threshold failed. */
  private static JsonNode k6(TestRun run) {
    String outcome = run.outcome();
    return JsonMapper.shared().readTree(outcome == null ? "{}" : outcome).path("thresholds");
  }

  private static @Nullable String said(JsonNode k6, ThresholdResult result) {
    JsonNode failed = k6.path(result.metric()).path(result.expression());
    return failed.isBoolean() ? word(failed.asBoolean()) : null;
  }

  private static String word(boolean failed) {
    return failed ? FAILED : PASSED;
  }

  private static String name(State state) {
    return state == State.NO_DATA ? "noData" : state.name().toLowerCase(Locale.ROOT);
  }

  /** All thresholds in one word, as k6 counts them; null as long as one is undecided or unknown, or if there is none. */
  static @Nullable String summary(TestRun run, List<ThresholdResult> results) {
    JsonNode k6 = k6(run);
    List<Optional<String>> words = results.stream().map(result -> word(result, said(k6, result))).toList();
    if (words.contains(Optional.of(FAILED))) { return FAILED; }
    return words.isEmpty() || words.contains(Optional.<String>empty()) ? null : PASSED;
  }

  /**
   * One threshold in a word, k6's own if it said one; empty if nobody knows. What only seems to have passed opens no
   * gate, and what only seems to have failed does not open it either.
   */
  private static Optional<String> word(ThresholdResult result, @Nullable String k6) {
    boolean decided = switch (result.state()) {
      case PENDING, INVALID -> false;
      case NO_DATA, PASSED -> result.certain();
      case FAILED -> true;
    };
    if (result.state() == State.PENDING || !decided && k6 == null) { return Optional.empty(); }
    return Optional.of(k6 == null ? word(result.fails()) : k6);
  }
}
