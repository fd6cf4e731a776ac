package dev.apmexport.api.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.exporter.threshold.ThresholdResult.State;
import dev.apmexport.store.threshold.RunThresholds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

class ThresholdsShownTest extends WithApi {
  private static final String RUNS = "/api/v1/test-runs";
  private static final String THRESHOLDS = """
      {"http_req_duration":["p(95)<200"],"http_reqs{status:404}":[{"threshold":"count<1","abortOnFail":true}],"checks":["rat>0.9"]}""";

  @Autowired
  private RunThresholds stored;

  private Answer create(String thresholds) {
    return post(RUNS, "{\"name\":\"checkout\",\"options\":{\"thresholds\":" + thresholds + "}}");
  }

  /** As a worker does when the run is over. */
  private void evaluated(String run, ThresholdResult... results) {
    post(RUNS + "/" + run + "/finish", "{}");
    stored.put(Long.parseLong(run), 1, List.of(results));
  }

  private static ThresholdResult result(String metric, String expression, State state, boolean fails) {
    return new ThresholdResult(metric, expression, state, state == State.NO_DATA ? null : Double.valueOf(12.5), true,
        fails, state == State.NO_DATA ? "There was no sample of it." : null);
  }

  @Test
  void thresholds_are_pending_until_the_run_is_over_and_what_k6_would_refuse_is_told_at_once() {
    Answer created = create(THRESHOLDS);

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.json().path("thresholds").size()).isEqualTo(3);
    assertThat(created.at("/thresholds/0/metric")).isEqualTo("http_req_duration");
    assertThat(created.at("/thresholds/0/expression")).isEqualTo("p(95)<200");
    assertThat(created.at("/thresholds/0/state")).isEqualTo("pending");
    assertThat(created.at("/thresholds/1/expression")).isEqualTo("count<1");
    assertThat(created.at("/thresholds/2/state")).isEqualTo("invalid");
    assertThat(created.at("/thresholds/2/reason")).contains("column 1: \"rat\" is no aggregation");
    assertThat(created.json().path("result").isNull()).isTrue();
    assertThat(get(RUNS + "/" + created.at("/id")).json().path("thresholds"))
        .isEqualTo(created.json().path("thresholds"));
  }

  @Test
  void results_are_shown_with_the_names_of_the_contract() {
    String run = create(THRESHOLDS).at("/id");
    evaluated(run, result("http_req_duration", "p(95)<200", State.PASSED, false),
        result("http_reqs{status:404}", "count<1", State.NO_DATA, false));

    JsonNode shown = get(RUNS + "/" + run).json();
    assertThat(shown.at("/thresholds/0").propertyNames()).containsExactlyInAnyOrder("metric", "expression", "state",
        "value", "certain", "k6", "reason");
    assertThat(shown.at("/thresholds/0/state").asString()).isEqualTo("passed");
    assertThat(shown.at("/thresholds/0/value").asDouble()).isEqualTo(12.5);
    assertThat(shown.at("/thresholds/0/certain").asBoolean()).isTrue();
    assertThat(shown.at("/thresholds/0/k6").isNull()).isTrue();
    assertThat(shown.at("/thresholds/1/state").asString()).isEqualTo("noData");
    assertThat(shown.at("/thresholds/1/value").isNull()).isTrue();
    assertThat(shown.at("/result").asString()).isEqualTo("passed");
    assertThat(get(RUNS).json().at("/items/0/thresholds")).isEqualTo(shown.path("thresholds"));
  }

  @Test
  void one_threshold_that_fails_is_enough() {
    String run = create(THRESHOLDS).at("/id");
    evaluated(run, result("http_req_duration", "p(95)<200", State.PASSED, false),
        result("http_reqs{status:404}", "count>1", State.NO_DATA, true));

    assertThat(get(RUNS + "/" + run).at("/result")).isEqualTo("failed");
  }

  @Test
  void what_k6_says_at_its_end_stands_beside() {
    String run = post("/v1/tests",
        """
        {"name":"checkout","thresholds":{"checks":["rate\\u003e0.5"],"http_req_duration{scenario:search}":["p(99)<3"]}}""")
        .at("/reference_id");
    post("/v1/tests/" + run, """
        {"result_status":1,"run_status":3,"thresholds":{"checks":{"rate\\u003e0.5":false},
          "http_req_duration{scenario:search}":{"p(99)\\u003c3":true}}}""");

    JsonNode shown = get(RUNS + "/" + run).json();
    assertThat(shown.at("/thresholds/0/expression").asString()).isEqualTo("rate>0.5");
    assertThat(shown.at("/thresholds/0/state").asString()).isEqualTo("pending");
    assertThat(shown.at("/thresholds/0/k6").asString()).isEqualTo("passed");
    assertThat(shown.at("/thresholds/1/k6").asString()).isEqualTo("failed");
    assertThat(shown.path("result").isNull()).isTrue();
  }

  @Test
  void where_nobody_knows_whether_one_held_the_run_has_neither_passed_nor_failed() {
    String run = create(THRESHOLDS).at("/id");
    ThresholdResult unknown = new ThresholdResult("checks{check:a}", "rate>0.9", State.NO_DATA, null, false, false,
        "Nobody knows.");
    evaluated(run, result("http_req_duration", "p(95)<200", State.PASSED, false), unknown);
    assertThat(get(RUNS + "/" + run).json().path("result").isNull()).isTrue();

    String other = create(THRESHOLDS).at("/id");
    evaluated(other, result("http_req_duration", "p(95)<200", State.FAILED, true), unknown);
    assertThat(get(RUNS + "/" + other).at("/result")).isEqualTo("failed");
  }

  @Test
  void what_only_seems_to_have_passed_opens_no_gate() {
    String run = create("{\"checks\":[\"rate>0.5\"]}").at("/id");
    stored.put(Long.parseLong(run), 1,
        List.of(new ThresholdResult("checks", "rate>0.5", State.PASSED, 0.52, false, false, null)));
    assertThat(get(RUNS + "/" + run).at("/thresholds/0/state")).isEqualTo("pending");
    evaluated(run, new ThresholdResult("checks", "rate>0.5", State.PASSED, 0.52, false, false, null));
    assertThat(get(RUNS + "/" + run).at("/thresholds/0/state")).isEqualTo("passed");
    assertThat(get(RUNS + "/" + run).json().path("result").isNull()).isTrue();

    String other = create("{\"checks\":[\"rate>0.5\"]}").at("/id");
    evaluated(other, new ThresholdResult("checks", "rate>0.5", State.FAILED, 0.49, false, true, null));
    assertThat(get(RUNS + "/" + other).at("/result")).isEqualTo("failed");
  }

  @ParameterizedTest
  @CsvSource({"NO_DATA,false,false,passed", "NO_DATA,false,true,failed", "FAILED,true,false,passed",
      "PASSED,true,true,failed", "INVALID,false,true,failed"})
  void what_k6_itself_said_of_a_threshold_counts(State state, boolean certain, boolean failed, String word) {
    String run = post("/v1/tests", "{\"name\":\"checkout\",\"thresholds\":{\"checks\":[\"rate>0.5\"]}}")
        .at("/reference_id");
    post("/v1/tests/" + run, "{\"thresholds\":{\"checks\":{\"rate>0.5\":" + failed + "}}}");
    stored.put(Long.parseLong(run), 1, List.of(new ThresholdResult("checks", "rate>0.5", state, null, certain,
        state == State.FAILED, null)));

    assertThat(get(RUNS + "/" + run).at("/result")).isEqualTo(word);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "5", "\"x\"", "{}", "{\"checks\":[]}"})
  void where_nothing_is_demanded_nothing_is_shown(String thresholds) {
    Answer created = create(thresholds);

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.json().path("thresholds").size()).isZero();
    assertThat(created.json().path("result").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"checks\":5}", "{\"checks\":[null]}", "{\"\":[{}]}", "{\"a\\u0000{\":[\"\\u0000\"]}",
      "{\"checks\":{\"threshold\":\"rate>0\"}}"})
  void whatever_shape_they_have_the_run_is_made(String thresholds) {
    Answer created = create(thresholds);

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.at("/thresholds/0/state")).isEqualTo("invalid");
    evaluated(created.at("/id"), result("http_reqs", "count<1", State.PASSED, false));
    assertThat(get(RUNS + "/" + created.at("/id")).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"thresholds\":5}", "{\"thresholds\":{\"checks\":true}}",
      "{\"thresholds\":{\"checks\":{\"rate>0.5\":\"true\"}}}", "{\"thresholds\":null}", "{}"})
  void whatever_is_said_at_the_end_the_run_is_shown(String outcome) {
    String run = create("{\"checks\":[\"rate>0.5\"]}").at("/id");
    post("/v1/tests/" + run, outcome);

    Answer shown = get(RUNS + "/" + run);
    assertThat(shown.status()).isEqualTo(200);
    assertThat(shown.json().at("/thresholds/0/k6").isNull()).isTrue();
  }
}
