package dev.apmexport.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsTest extends WithApi {
  private static final String RUNS = "/api/v1/test-runs";

  @ParameterizedTest
  @ValueSource(strings = {"", "Basic YTpi", "Token ", "Token wrong", "Bearer", "wrong"})
  void without_a_known_token_nobody_gets_in(String authorization) {
    String run = newRun();
    token = "";
    for (String path : new String[]{"/v1/tests/" + run, "/v2/metrics/" + run, RUNS + "/" + run + "/samples"}) {
      var request = request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString("{}"));
      Answer answer = send(authorization.isEmpty() ? request : request.header("Authorization", authorization));

      assertThat(answer.status()).isEqualTo(401);
      if (path.startsWith("/v")) {
        k6(answer, "token");
      } else {
        problem(answer, "token");
      }
    }
    assertThat(records(run)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Token ", "Bearer ", "token ", "BEARER "})
  void both_schemes_are_understood(String scheme) {
    String mine = token;
    token = "";

    assertThat(send(request(RUNS).header("Authorization", scheme + mine).GET()).status()).isEqualTo(200);
  }

  @Test
  void a_revoked_token_is_refused() {
    jdbc.sql("update api_token set revoked_at = now() where tenant_id = (select max(id) from tenant)").update();

    assertThat(get(RUNS).status()).isEqualTo(401);
  }

  @Test
  void a_fault_in_the_look_up_of_the_token_is_told_in_the_callers_format() {
    jdbc.sql("alter table api_token rename to hidden").update();
    try {
      Answer ours = get(RUNS);
      assertThat(ours.status()).isEqualTo(500);
      problem(ours, "its log tells why");
      k6(post("/v1/tests", "{}"), "its log tells why");
    } finally {
      jdbc.sql("alter table hidden rename to api_token").update();
    }
  }

  @Test
  void another_tenants_run_is_not_found_like_one_that_never_was() {
    String run = newRun();
    token = newToken();
    for (String id : new String[]{run, "7", "0", "-1", "abc", "99999999999999999999"}) {
      Answer shown = get(RUNS + "/" + id);
      assertThat(shown.status()).isEqualTo(404);
      problem(shown, "There is no test run " + id + ".");
      Answer pushed = push("/v2/metrics/" + id, pushOf(id, samples()));
      assertThat(pushed.status()).isEqualTo(404);
      k6(pushed, "There is no test run " + id + ".");
      assertThat(post("/v1/tests/" + id, "{}").status()).isEqualTo(404);
      assertThat(post(RUNS + "/" + id + "/finish", "{}").status()).isEqualTo(404);
      assertThat(push(RUNS + "/" + id + "/samples", new byte[0]).status()).isEqualTo(404);
    }
    assertThat(records(run)).isZero();
    assertThat(get(RUNS).json().path("items").isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"not json|400|", "|400|", "[]|400|JSON object",
      "null|400|JSON object",
      "{}|400|name", "{\"name\":\" \"}|400|name", "{\"name\":7}|400|name",
      "{\"name\":\"a\",\"options\":[]}|400|options must be an object"})
  void a_body_that_is_no_run_is_told_what_is_wrong(String body, int status, String reason) {
    Answer answer = post(RUNS, body == null ? "" : body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    problem(answer, reason == null ? "" : reason);
  }

  @Test
  void a_wrong_method_media_type_parameter_or_path_is_told_as_such() {
    Answer method = send(request(RUNS).DELETE());
    assertThat(method.status()).isEqualTo(405);
    problem(method, "DELETE");
    Answer type = send(request(RUNS).header("Content-Type", "text/plain").POST(BodyPublishers.ofString("{}")));
    assertThat(type.status()).isEqualTo(415);
    problem(type, "text/plain");
    Answer parameter = get(RUNS + "?before=yesterday");
    assertThat(parameter.status()).isEqualTo(400);
    problem(parameter, "before");
    Answer path = get("/api/v1/nothing");
    assertThat(path.status()).isEqualTo(404);
    problem(path, "");
    for (String unknown : new String[]{"/v1/nothing", "/p/nightly/v1/nothing"}) {
      Answer k6Path = post(unknown, "{}");
      assertThat(k6Path.status()).isEqualTo(404);
      k6(k6Path, "");
    }
    k6(send(request("/v2/metrics/1").GET()), "GET");
  }

  @Test
  void a_long_idempotency_key_is_refused() {
    Answer answer = post(RUNS, "{\"name\":\"a\"}", "Idempotency-Key", "x".repeat(300));

    assertThat(answer.status()).isEqualTo(400);
    problem(answer, "Idempotency-Key");
  }

  @Test
  void health_is_open_to_all() {
    token = "";
    Answer health = get("/actuator/health");

    assertThat(health.status()).isEqualTo(200);
    assertThat(health.at("/status")).isEqualTo("UP");
  }

  @Test
  void the_interface_is_described() {
    token = "";
    Answer description = get("/v3/api-docs");

    assertThat(description.status()).isEqualTo(200);
    assertThat(description.json().path("paths").propertyNames()).contains("/v1/tests", "/v1/tests/{id}",
        "/v2/metrics/{id}",
        RUNS, RUNS + "/{id}", RUNS + "/{id}/samples", RUNS + "/{id}/metrics", RUNS + "/{id}/finish",
        "/api/v1/tenants", "/api/v1/tenants/{id}", "/api/v1/tenants/{tenantId}/tokens",
        "/api/v1/tenants/{tenantId}/tokens/{id}");
    assertThat(description.text()).doesNotContain("\"name\":\"caller\"", "\"name\":\"operator\"");
  }

  private static void problem(Answer answer, String reason) {
    assertThat(answer.type()).startsWith("application/problem+json");
    assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
    assertThat(answer.at("/detail")).contains(reason);
  }

  private static void k6(Answer answer, String reason) {
    assertThat(answer.type()).startsWith("application/json");
    assertThat(answer.json().at("/error/code").asInt()).isEqualTo(answer.status());
    assertThat(answer.at("/error/message")).contains(reason);
  }
}
