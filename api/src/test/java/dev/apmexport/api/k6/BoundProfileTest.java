package dev.apmexport.api.k6;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code K6_CLOUD_HOST=http://host/p/<name> k6 run -o cloud}. */
class BoundProfileTest extends WithApi {
  private static final String CREATE = "{\"name\":\"script.js\",\"vus\":2,\"duration\":55}";
  private static final String BLOCK = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/%s\","
      + "\"credentials\":{\"token\":\"canary\"},\"resampleRate\":10}";

  @Test
  void a_run_without_a_block_is_exported_as_the_profile_says() {
    profile("staging", "w");
    Answer created = post("/p/staging/v1/tests", CREATE);

    assertThat(created.status()).as(created.text()).isEqualTo(200);
    assertThat(created.at("/config/aggregationPeriod")).isEqualTo("2s");
    assertThat(created.at("/logs/0/level")).isEqualTo("info");
    assertThat(created.at("/logs/0/message")).contains("the profile \"staging\"");
    assertThat(created.text()).doesNotContain("canary");
    Answer run = get("/api/v1/test-runs/" + created.at("/reference_id"));
    assertThat(run.at("/exports/0/provider")).isEqualTo("prometheus");
    assertThat(run.at("/profile")).isEqualTo("staging");
  }

  @Test
  void pushes_and_the_finish_go_the_same_way() {
    profile("staging", "w");
    String run = post("/p/staging/v1/tests", CREATE).at("/reference_id");

    assertThat(push("/p/staging/v2/metrics/" + run, pushOf(run, samples())).status()).isEqualTo(200);
    assertThat(post("/p/staging/v1/tests/" + run, "{\"run_status\":3}").status()).isEqualTo(200);
    assertThat(get("/api/v1/test-runs/" + run).at("/state")).isEqualTo("finishing");
    assertThat(records(run)).isEqualTo(2);
  }

  @Test
  void the_details_are_where_they_always_are() {
    profile("staging", "w");
    Answer created = post("/p/staging/v1/tests", CREATE);

    assertThat(created.at("/config/testRunDetails"))
        .isEqualTo("http://localhost:" + port + "/runs/" + created.at("/reference_id"));
  }

  @Test
  void an_unknown_profile_is_told_in_one_line_with_how_to_make_it() {
    Answer created = post("/p/stagin/v1/tests", CREATE);

    assertThat(created.status()).isEqualTo(200);
    assertThat(created.json().path("logs").size()).isEqualTo(1);
    assertThat(created.at("/logs/0/level")).isEqualTo("error");
    assertThat(created.at("/logs/0/message")).contains("no profile \"stagin\"",
        "PUT http://localhost:" + port + "/api/v1/apm-profiles/stagin");
    assertThat(get("/api/v1/test-runs/" + created.at("/reference_id")).json().path("exports").isEmpty()).isTrue();
  }

  @Test
  void another_tenants_profile_is_unknown() {
    profile("staging", "w");
    token = newToken();

    assertThat(post("/p/staging/v1/tests", CREATE).at("/logs/0/message")).contains("no profile \"staging\"");
  }

  @Test
  void without_block_and_profile_k6s_console_tells_how_to_bind_one() {
    assertThat(post("/v1/tests", CREATE).at("/logs/0/message")).contains("no apm block", "PUT http://localhost:" + port
        + "/api/v1/apm-profiles/<name>", "K6_CLOUD_HOST=http://localhost:" + port + "/p/<name>");
  }

  @Test
  void a_repeated_create_is_the_same_run_and_says_the_same() {
    profile("staging", "w");
    Answer first = post("/p/staging/v1/tests", CREATE, "K6-Idempotency-Key", "one");

    assertThat(post("/p/staging/v1/tests", CREATE, "K6-Idempotency-Key", "one").text()).isEqualTo(first.text());
  }

  @Test
  void a_runs_own_block_goes_before_the_profile_and_the_console_says_so() {
    profile("staging", "of-profile");
    String key = UUID.randomUUID().toString();
    rest("staging", "{\"cloud\":{\"apm\":[" + BLOCK.formatted("own") + "]}}", key);

    Answer created = post("/p/staging/v1/tests", CREATE, "K6-Idempotency-Key", key);
    assertThat(created.at("/logs/0/message")).contains("own apm block", "not as the profile \"staging\"");
    assertThat(config(created.at("/reference_id"))).contains("https://example.com/own");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"cloud\":{\"apm\":null}}", "{\"cloud\":{\"apm\":[]}}"})
  void a_rest_run_may_name_a_profile(String options) {
    profile("staging", "of-profile");
    Answer created = rest("staging", options, UUID.randomUUID().toString());

    assertThat(created.status()).isEqualTo(201);
    assertThat(config(created.at("/id"))).contains("https://example.com/of-profile").doesNotContain("canary");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "a\\u0000b"})
  void a_rest_run_with_an_unknown_profile_is_refused(String profile) {
    Answer refused = rest(profile, "{}", UUID.randomUUID().toString());

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.at("/detail")).contains("no profile \"" + profile + "\"", "PUT /api/v1/apm-profiles/");
  }

  @Test
  void a_run_keeps_its_own_copy_of_the_secrets() {
    profile("staging", "w");
    String run = post("/p/staging/v1/tests", CREATE).at("/reference_id");
    send(request("/api/v1/apm-profiles/staging").DELETE());

    assertThat(jdbc.sql("select count(*) from secret where owner = 'export/' || (select id from export where "
        + "test_run_id = ?)").param(Long.parseLong(run)).query(Integer.class).single()).isEqualTo(1);
  }

  @Test
  void only_k6s_own_paths_can_be_bound() {
    profile("staging", "w");

    assertThat(get("/p/staging/api/v1/test-runs").status()).isEqualTo(404);
    token = "";
    assertThat(post("/p/staging/v1/tests", CREATE).at("/error/code")).isEqualTo("401");
  }

  private void profile(String name, String path) {
    assertThat(send(request("/api/v1/apm-profiles/" + name).header("Content-Type", "application/json")
        .PUT(BodyPublishers.ofString("{\"apm\":[" + BLOCK.formatted(path) + "]}"))).status()).isEqualTo(200);
  }

  private Answer rest(String profile, String options, String key) {
    return post("/api/v1/test-runs", "{\"name\":\"rest\",\"profile\":\"" + profile + "\",\"options\":" + options + "}",
        "Idempotency-Key", key);
  }

  private String config(String run) {
    return jdbc.sql("select config from export where test_run_id = ?").param(Long.parseLong(run)).query(String.class)
        .single();
  }
}
