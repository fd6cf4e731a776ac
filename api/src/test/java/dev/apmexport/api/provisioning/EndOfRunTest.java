package dev.apmexport.api.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What k6 says at the end, and what it is told of a run before and after. */
class EndOfRunTest extends WithProvisioning {
  @Test
  void a_run_is_initializing_until_it_is_over() {
    Answer started = started("{}");
    String path = "/cloud/v6/test_runs/" + started.at("/test_run_id");

    Answer before = get(path);
    assertThat(before.at("/status")).isEqualTo("initializing");
    assertThat(before.at("/status_details/type")).isEqualTo("initializing");
    assertThat(before.json().path("ended").isNull()).isTrue();
    assertThat(before.at("/max_vus")).isEqualTo("14");
    assertThat(before.at("/estimated_duration")).isEqualTo("29");
    assertThat(before.at("/project_id")).isEqualTo("99");
    assertThat(before.at("/test_id")).isEqualTo(loadTest("99", "checkout").at("/id"));
    ended(started, "null");
    Answer after = get(path);
    assertThat(after.at("/status")).isEqualTo("completed");
    assertThat(after.json().path("ended").isString()).isTrue();
    assertThat(after.json().path("status_history").size()).isEqualTo(3);
  }

  @Test
  void of_an_aborted_run_it_is_told_why() {
    Answer started = started("{}");
    ended(started, "{\"code\":8035,\"reason\":\"setup() threw\"}");

    Answer shown = get("/cloud/v6/test_runs/" + started.at("/test_run_id"));
    assertThat(shown.at("/status")).isEqualTo("aborted");
    assertThat(shown.at("/status_history/2/type")).isEqualTo("aborted");
    assertThat(shown.at("/status_history/2/extra/message")).isEqualTo("setup() threw");
    assertThat(shown.json().at("/status_history/2/extra").propertyNames()).containsExactlyInAnyOrder("by_user",
        "message", "code");
    assertThat(shown.json().at("/status_history/1").has("extra")).isFalse();
  }

  @Test
  void a_run_that_is_stopped_before_it_begins_does_not_begin_and_k6_says_why() {
    String run = started("{}").at("/test_run_id");
    post("/api/v1/test-runs/" + run + "/stop", "{\"reason\":\"It hits the wrong environment.\"}");

    Answer shown = get("/cloud/v6/test_runs/" + run);
    assertThat(shown.at("/status")).isEqualTo("aborted");
    assertThat(shown.at("/status_history/2/extra/message")).isEqualTo("It hits the wrong environment.");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"null|3", "{\"code\":8036,\"reason\":\"test run was aborted by user\"}|5",
      "{\"code\":8035,\"reason\":\"TypeError\"}|7", "{\"code\":8034,\"reason\":\"setup() timed out\"}|9",
      "{\"code\":0,\"reason\":\"?\"}|6", "{\"code\":17,\"reason\":\"?\"}|6", "{}|6"})
  void how_it_ended_is_kept_with_k6s_own_words(String error, int runStatus) {
    Answer started = started("{}");

    Answer ended = ended(started, error);
    assertThat(ended.status()).as(ended.text()).isEqualTo(204);
    assertThat(outcome(started, "run_status")).isEqualTo(Integer.toString(runStatus));
    if (error.contains("reason")) {
      assertThat(outcome(started, "error")).isEqualTo(error);
    } else {
      assertThat(outcome(started, "error")).isIn(null, "{\"code\":0,\"reason\":\"\"}");
    }
    assertThat(get("/api/v1/test-runs/" + started.at("/test_run_id")).at("/state")).isEqualTo("finishing");
  }

  @Test
  void the_end_is_the_end_however_often_k6_says_so() {
    Answer started = started("{}");
    ended(started, "null");

    assertThat(ended(started, "{\"code\":8036,\"reason\":\"late\"}").status()).isEqualTo(204);
    assertThat(outcome(started, "run_status")).isEqualTo("3");
    assertThat(records(started.at("/test_run_id"))).isEqualTo(1);
  }

  @Test
  void a_tenants_token_may_say_it_too() {
    String run = started("{}").at("/test_run_id");

    assertThat(post("/p/staging/provisioning/v1/test_runs/" + run + "/notify",
        "{\"event_type\":\"script_execution_completed\",\"error\":null}").status()).isEqualTo(204);
  }

  /** Of a run that was made before k6 started; the tokens are good for pushing, whoever has them. */
  @Test
  void a_load_generators_token_cannot_end_the_run_for_all() {
    String run = post("/api/v1/test-runs", "{\"name\":\"shared\",\"generators\":2}").at("/id");
    String named = runToken(run, "{\"instance\":\"lg-1\"}");

    for (String host : List.of("", "/i/lg-2")) {
      v6(notified(host, run, named), 403, "\"lg-1\"", "end the test run");
    }
    assertThat(records(run)).isZero();
    assertThat(notified("/i/lg-1", run, runToken(run, "{}")).status()).isEqualTo(204);
    assertThat(get("/api/v1/test-runs/" + run).at("/state")).isEqualTo("finishing");
  }

  private String runToken(String run, String body) {
    return post("/api/v1/test-runs/" + run + "/tokens", body).at("/token");
  }

  private Answer notified(String host, String run, String runToken) {
    return send(bearer("http://localhost:" + port + host + "/provisioning/v1/test_runs/" + run + "/notify", runToken)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString("{\"event_type\":\"script_execution_completed\",\"error\":null}")));
  }

  @Test
  void a_long_reason_is_cut() {
    Answer started = started("{}");
    ended(started, "{\"code\":8035,\"reason\":\"" + "x".repeat(100_000) + "\"}");

    assertThat(outcome(started, "error")).hasSizeBetween(2_000, 2_100);
  }

  @Test
  void a_reason_that_shows_a_secret_is_kept_without_it() {
    Answer started = started("{}");
    String token = started.at("/runtime_config/test_run_token");
    ended(started, "{\"code\":8035,\"reason\":\"GoError: GET https://user:hunter2x@shop.test/?api_key=k-12345678 with "
        + token + "\"}");

    assertThat(outcome(started, "error")).contains("GoError: GET https://", "shop.test").doesNotContain(token,
        "hunter2x",
        "k-12345678");
    assertThat(get("/cloud/v6/test_runs/" + started.at("/test_run_id")).text()).contains("GoError").doesNotContain(
        token,
        "hunter2x", "k-12345678");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "{\"event_type\":\"script_execution_started\"}"})
  void what_is_no_end_leaves_the_run_open(String body) {
    String run = started("{}").at("/test_run_id");

    v6(post("/provisioning/v1/test_runs/" + run + "/notify", body), 400, "script_execution_completed");
    assertThat(get("/cloud/v6/test_runs/" + run).at("/status")).isEqualTo("initializing");
  }

  @Test
  void nobody_else_can_ask_or_end_it() {
    Answer started = started("{}");
    Answer other = started("{}");
    String run = started.at("/test_run_id");
    String notify = "/provisioning/v1/test_runs/" + run + "/notify";
    String ofOther = other.at("/runtime_config/test_run_token");
    String body = "{\"event_type\":\"script_execution_completed\",\"error\":null}";

    v6(send(bearer("http://localhost:" + port + notify, ofOther).header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body))), 404, run);
    token = newToken();
    v6(get("/cloud/v6/test_runs/" + run), 404, run);
    v6(post(notify, body), 404, run);
    token = "wrong";
    v6(get("/cloud/v6/test_runs/" + run), 401, "token");
    v6(post("/p/staging" + notify, body), 401, "token");
    assertThat(records(run)).isZero();
  }

  private String outcome(Answer started, String key) {
    return jdbc.sql("select outcome::json ->> ? from test_run where id = ?")
        .params(key, started.json().path("test_run_id").asLong()).query(String.class).optional().orElse(null);
  }
}
