package dev.apmexport.api.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.store.tenant.ApiToken;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several k6 on one run, told apart by {@code K6_CLOUD_HOST=http://host/i/<name>} or by a token of the run's own. */
class LoadGeneratorsTest extends WithApi {
  private static final String POINT = "{\"metric\":\"http_reqs\",\"type\":\"Point\",\"data\":{\"time\":"
      + "\"2026-11-20T10:00:00Z\",\"value\":1,\"tags\":{}}}\n";
  private String run = "";

  @BeforeEach
  void create() {
    run = post("/api/v1/test-runs", "{\"name\":\"distributed\"}").at("/id");
  }

  @ParameterizedTest
  @CsvSource({"/i/lg-1,lg-1", "/i/lg-1/p/nightly,lg-1", "/p/nightly/i/lg-1,lg-1", "/i/lg%2D1,lg-1",
      "/i/Eu_West.2,Eu_West.2", "'',''"})
  void the_path_names_the_load_generator(String host, String instance) {
    assertThat(push(host + "/v2/metrics/" + run, pushOf(run, samples())).status()).isEqualTo(200);

    assertThat(instances()).containsExactly(instance);
  }

  @Test
  void pushes_and_uploads_over_rest_carry_the_name_as_well() {
    assertThat(push("/i/lg-1/api/v1/test-runs/" + run + "/metrics", pushOf(run, samples())).status()).isEqualTo(204);
    assertThat(post("/i/lg-2/api/v1/test-runs/" + run + "/samples", POINT).status()).isEqualTo(200);

    assertThat(instances()).containsExactly("lg-1", "lg-2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/i/lg%201", "/i/l%C3%BC", "/i/a,b", "/i/lg-1/i/a:b",
      "/i/12345678901234567890123456789012345678901234567890123456789012345"})
  void what_cannot_be_a_name_is_refused_in_k6s_format(String host) {
    for (String path : List.of("/v2/metrics/" + run, "/v1/tests")) {
      Answer answer = push(host + path, pushOf(run, samples()));
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.at("/error/message")).contains("cannot be the name of a load generator", "lg-1");
    }
    assertThat(push(host + "/api/v1/test-runs/" + run + "/metrics", pushOf(run, samples())).at("/detail"))
        .contains("cannot be the name of a load generator");
    assertThat(instances()).isEmpty();
  }

  @Test
  void a_path_that_is_not_there_is_not_found_with_a_name_before_it_either() {
    assertThat(get("/i/lg-1/api/v1/nothing").status()).isEqualTo(404);
    assertThat(get("/i/lg-1/p/nightly/api/v1/test-runs").status()).isEqualTo(404);
    assertThat(get("/i/lg-1/actuator/health").status()).isEqualTo(404);
  }

  @Test
  void one_load_generators_retry_is_one_record_and_anothers_identical_push_is_a_second() {
    byte[] body = pushOf(run, samples());
    String first = tokenFor("lg-3");
    for (int retry = 0; retry < 3; retry++) {
      push("/i/lg-1/v2/metrics/" + run, body, "K6-Idempotency-Key", "same");
      push("/i/lg-2/v2/metrics/" + run, body, "K6-Idempotency-Key", "same");
      pushAs(first, body);
      push("/i/lg-4/v2/metrics/" + run, body);
    }

    assertThat(instances()).containsExactly("lg-1", "lg-2", "lg-3", "lg-4");
  }

  @Test
  void a_runs_token_names_its_load_generator() {
    Answer made = post("/api/v1/test-runs/" + run + "/tokens", "{\"instance\":\"lg-1\"}");

    assertThat(made.status()).as(made.text()).isEqualTo(201);
    assertThat(made.at("/instance")).isEqualTo("lg-1");
    assertThat(made.at("/metricsPushURL")).isEqualTo("http://localhost:" + port + "/v2/metrics/" + run);
    assertThat(pushAs(made.at("/token"), pushOf(run, samples())).status()).isEqualTo(200);
    assertThat(instances()).containsExactly("lg-1");
    assertThat(jdbc.sql("select t::text from api_token t where id = ?").param(Long.parseLong(made.at("/id")))
        .query(String.class).single()).doesNotContain(made.at("/token"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"instance\":null}"})
  void a_runs_token_may_name_none(String body) {
    Answer made = post("/api/v1/test-runs/" + run + "/tokens", body);

    assertThat(made.status()).as(made.text()).isEqualTo(201);
    assertThat(pushAs(made.at("/token"), pushOf(run, samples())).status()).isEqualTo(200);
    assertThat(instances()).containsExactly("");
  }

  @Test
  void the_paths_name_goes_before_the_tokens() {
    token = tokenFor("lg-1");

    push("/i/lg-2/v2/metrics/" + run, pushOf(run, samples()));
    assertThat(instances()).containsExactly("lg-2");
  }

  @Test
  void a_runs_token_is_made_for_nothing_but_ones_own_run_and_a_good_name() {
    assertThat(post("/api/v1/test-runs/" + run + "/tokens", "{\"instance\":\"a b\"}").at("/detail"))
        .contains("cannot be the name");
    assertThat(post("/api/v1/test-runs/" + run + "/tokens", "{\"name\":\"lg-1\"}").at("/detail"))
        .contains("known are instance");
    token = newToken();
    assertThat(post("/api/v1/test-runs/" + run + "/tokens", "{}").status()).isEqualTo(404);
  }

  @Test
  void a_run_takes_so_many_names_and_no_more() {
    push("/i/lg-1/v2/metrics/" + run, pushOf(run, samples()));
    jdbc.sql("insert into load_generator select ?, 'other-' || n, 1, now() from generate_series(2, 10000) n")
        .param(Long.parseLong(run)).update();

    Answer one = push("/i/lg-2/v2/metrics/" + run, pushOf(run, samples()));
    assertThat(one.status()).isEqualTo(409);
    assertThat(one.at("/error/message")).contains("10000 load generators", "\"lg-2\"").endsWith(".");
    assertThat(push("/i/lg-1/v2/metrics/" + run, pushOf(run, samples())).status()).isEqualTo(200);
    assertThat(instances()).containsOnly("lg-1");
  }

  @Test
  void a_tenant_sees_its_runs_tokens_and_revokes_them() {
    String good = tokenFor("lg-1");
    Answer made = post("/api/v1/test-runs/" + run + "/tokens", "");
    String path = "/api/v1/test-runs/" + run + "/tokens";

    Answer listed = get(path);
    assertThat(listed.json().path("items").valueStream().map(one -> one.path("instance").asString()))
        .containsExactly("", "lg-1");
    assertThat(listed.json().at("/items/0").propertyNames()).containsExactly("id", "instance", "createdAt",
        "revokedAt");
    assertThat(listed.at("/items/0/id")).isEqualTo(made.at("/id"));
    assertThat(listed.text()).doesNotContain(good, made.at("/token"));
    assertThat(get(path + "?limit=1").at("/next")).isEqualTo(made.at("/id"));
    assertThat(send(request(path + "/" + made.at("/id")).DELETE()).status()).isEqualTo(204);
    assertThat(get(path).at("/items/0/revokedAt")).endsWith("Z");
    assertThat(pushAs(made.at("/token"), pushOf(run, samples())).status()).isEqualTo(401);
    assertThat(pushAs(good, pushOf(run, samples())).status()).isEqualTo(200);
  }

  @Test
  void a_runs_token_is_revoked_under_its_own_run_only() {
    String id = post("/api/v1/test-runs/" + run + "/tokens", "").at("/id");
    long tenants = jdbc.sql("select id from api_token where sha256 = ?").param(ApiToken.digest(token))
        .query(Long.class).single();
    for (String wrong : List.of(newRun() + "/tokens/" + id, run + "/tokens/" + tenants, run + "/tokens/x")) {
      assertThat(send(request("/api/v1/test-runs/" + wrong).DELETE()).status()).as(wrong).isEqualTo(404);
    }
    assertThat(get("/api/v1/test-runs/" + run + "/tokens").json().at("/items/0/revokedAt").isNull()).isTrue();
  }

  @Test
  void a_path_that_leads_out_of_the_service_is_not_found() {
    assertThat(get("/i/a/api/v1/../../../x").status()).isEqualTo(404);
  }

  private String tokenFor(String instance) {
    return post("/api/v1/test-runs/" + run + "/tokens", "{\"instance\":\"" + instance + "\"}").at("/token");
  }

  /** As k6 from 2.2 on does it with K6_CLOUD_METRICS_PUSH_URL and K6_CLOUD_TEST_RUN_TOKEN. */
  private Answer pushAs(String runToken, byte[] body) {
    String own = token;
    token = "";
    Answer answer = push("/v2/metrics/" + run, body, "Authorization", "Bearer " + runToken);
    token = own;
    return answer;
  }

  private List<String> instances() {
    return jdbc.sql("select instance from metric_log where test_run_id = ? order by 1").param(Long.parseLong(run))
        .query(String.class).list();
  }
}
