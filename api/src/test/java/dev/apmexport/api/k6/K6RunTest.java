package dev.apmexport.api.k6;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class K6RunTest extends WithApi {
  private static final String CREATE = "{\"name\":\"script.js\",\"vus\":2,\"thresholds\":{\"checks\":[\"rate\\u003e0.1\"]},\"duration\":55}";

  @Test
  void a_run_is_created_with_the_keys_that_k6_reads() {
    Answer created = post("/v1/tests", CREATE, "K6-Idempotency-Key", "00112233aabbccdd");

    assertThat(created.status()).isEqualTo(200);
    assertThat(created.type()).startsWith("application/json");
    assertThat(created.json().propertyNames()).containsExactlyInAnyOrder("reference_id", "config", "logs");
    assertThat(created.json().path("reference_id").isString()).isTrue();
    assertThat(Long.parseLong(created.at("/reference_id"))).isPositive();
    assertThat(created.json().path("config").propertyNames()).containsExactlyInAnyOrder("aggregationPeriod",
        "aggregationWaitPeriod", "metricPushInterval", "metricPushConcurrency", "maxTimeSeriesInBatch", "tracesEnabled",
        "stopOnError", "testRunDetails", "apiVersion");
    assertThat(created.json().at("/config/tracesEnabled").asBoolean(true)).isFalse();
    assertThat(created.at("/config/testRunDetails"))
        .isEqualTo("http://localhost:" + port + "/runs/" + created.at("/reference_id"));
    assertThat(created.json().at("/config/stopOnError").asBoolean(false)).isTrue();
    assertThat(created.json().at("/config/apiVersion").asInt(1)).as("k6 0.47 sends JSON to /v1/metrics otherwise")
        .isEqualTo(2);
    assertThat(get("/api/v1/test-runs/" + created.at("/reference_id")).at("/name")).isEqualTo("script.js");
  }

  @Test
  void escaped_thresholds_are_read_as_json() {
    post("/v1/tests", CREATE, "K6-Idempotency-Key", "thresholds");

    assertThat(
        jdbc.sql("select options::json -> 'thresholds' -> 'checks' ->> 0 from test_run where create_key = 'thresholds'")
            .query(String.class).single())
        .isEqualTo("rate>0.1");
  }

  @Test
  void a_retried_create_is_the_same_run() {
    Answer first = post("/v1/tests", CREATE, "K6-Idempotency-Key", "same");
    Answer again = post("/v1/tests", CREATE, "K6-Idempotency-Key", "same");

    assertThat(again.text()).isEqualTo(first.text());
    assertThat(post("/v1/tests", CREATE, "K6-Idempotency-Key", "other").at("/reference_id"))
        .isNotEqualTo(first.at("/reference_id"));
  }

  @ParameterizedTest
  @CsvSource({"3,3s,4s", "10,2s,3s", "1,1s,2s"})
  void the_period_asked_for_divides_the_rate(int rate, String period, String wait) {
    Answer created = k6AfterRest(
        "[{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/w\",\"resampleRate\":" + rate + "}]");

    assertThat(created.at("/config/aggregationPeriod")).isEqualTo(period);
    assertThat(created.at("/config/aggregationWaitPeriod")).isEqualTo(wait);
    assertThat(created.at("/config/metricPushInterval")).isEqualTo("1s");
    assertThat(created.json().path("logs").isEmpty()).isTrue();
  }

  @Test
  void a_run_without_an_apm_block_is_told_so_on_k6s_console() {
    Answer created = post("/v1/tests", CREATE);

    assertThat(created.at("/config/aggregationPeriod")).isEqualTo("3s");
    assertThat(created.at("/logs/0/level")).isEqualTo("warning");
    assertThat(created.at("/logs/0/message")).contains("no apm block", "/api/v1/test-runs", "K6_CLOUD_PUSH_REF_ID");
  }

  @Test
  void faults_of_a_block_are_lines_on_k6s_console_without_its_secrets() {
    Answer created = k6AfterRest(
        "[{\"provider\":\"prometheus\",\"credentials\":{\"token\":\"canary\",\"password\":\"canary\"}}]");

    JsonNode logs = created.json().path("logs");
    assertThat(logs.valueStream().map(line -> line.path("level").asString())).containsOnly("error", "error");
    assertThat(logs.valueStream().map(line -> line.path("message").asString()))
        .anyMatch(line -> line.startsWith("apm[0].remoteWriteURL: "))
        .anyMatch(line -> line.startsWith("apm[0] is disabled"));
    assertThat(created.text()).doesNotContain("canary");
  }

  @Test
  void a_run_is_finished_once_however_often_k6_says_so() {
    String run = newRun();
    for (int i = 0; i < 2; i++) {
      Answer finished = post("/v1/tests/" + run,
          "{\"result_status\":1,\"run_status\":3,\"thresholds\":{\"checks\":{\"rate\\u003e0.1\":true}}}");
      assertThat(finished.status()).isEqualTo(200);
      assertThat(finished.json().isObject()).isTrue();
    }
    assertThat(records(run)).isEqualTo(1);
    assertThat(get("/api/v1/test-runs/" + run).at("/state")).isEqualTo("finishing");
    assertThat(jdbc.sql("select outcome::json ->> 'run_status' from test_run where id = ?").param(Long.parseLong(run))
        .query(String.class).single()).isEqualTo("3");
  }

  /** What k6 is told of a run that was made over REST; the same key is the same run. */
  private Answer k6AfterRest(String apm) {
    String key = java.util.UUID.randomUUID().toString();
    post("/api/v1/test-runs", "{\"name\":\"rest\",\"options\":{\"cloud\":{\"apm\":" + apm + "}}}", "Idempotency-Key",
        key);
    return post("/v1/tests", CREATE, "K6-Idempotency-Key", key);
  }
}
