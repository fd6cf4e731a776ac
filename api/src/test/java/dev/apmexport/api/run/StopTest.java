package dev.apmexport.api.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.TenantId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that the service ends, by hand or because of a limit. */
class StopTest extends WithApi {
  private TenantId tenant = new TenantId(0);
  private String own = "";
  private String run = "";

  @BeforeEach
  void create() {
    tenant = newTenant();
    own = tokenOf(tenant);
    token = own;
    run = newRun();
  }

  @Test
  void its_pushes_are_refused_so_that_k6_stops_sending_and_the_finish_is_taken() {
    push("/v2/metrics/" + run, pushOf(run, samples()), "K6-Idempotency-Key", "first");
    assertThat(get("/api/v1/test-runs/" + run).json().path("stopped").isNull()).isTrue();

    Answer stopped = stop("{\"reason\":\"It hits the wrong environment.\"}");
    assertThat(stopped.status()).as(stopped.text()).isEqualTo(200);
    assertThat(stopped.at("/stopped/by")).isEqualTo("tenant");
    refused(pushOf(run, samples()), "second");
    refused(pushOf(run, samples()), "first"); // a retry of what is stored is told the same
    assertThat(post("/v1/tests/" + run, "{\"run_status\":6,\"result_status\":1}").status()).isEqualTo(200);
    refused(pushOf(run, samples()), "third");
    Answer shown = get("/api/v1/test-runs/" + run);
    assertThat(shown.at("/state")).isEqualTo("finishing");
    assertThat(shown.at("/stopped/reason")).isEqualTo("It hits the wrong environment.");
    assertThat(shown.at("/stopped/at")).endsWith("Z");
    assertThat(outcome()).contains("\"run_status\":6", "wrong environment");
    assertThat(get("/api/v1/test-runs").at("/items/0/stopped/by")).isEqualTo("tenant");
  }

  @Test
  void a_worker_is_called_for_one_that_never_had_a_push() {
    stop("");

    assertThat(
        jdbc.sql("select count(*) from live_task where task_instance = ?").param(run).query(Integer.class).single())
        .isEqualTo(1);
    assertThat(get("/api/v1/test-runs/" + run).at("/stopped/reason")).isEqualTo("Its tenant stopped it.");
  }

  @Test
  void the_first_stop_stands() {
    stop("{\"reason\":\"first\"}");
    Answer second = stop("{\"reason\":\"second\"}");

    assertThat(second.status()).isEqualTo(200);
    assertThat(second.at("/stopped/reason")).isEqualTo("first");
    assertThat(records(run)).isEqualTo(1);
    assertThat(audited()).isEqualTo(1);
  }

  @Test
  void what_was_finished_before_cannot_be_stopped() {
    post("/v1/tests/" + run, "{\"run_status\":3}");

    Answer answer = stop("{}");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.at("/detail")).contains("was finished before").endsWith(".");
    assertThat(push("/v2/metrics/" + run, pushOf(run, samples())).status()).isEqualTo(200);
    assertThat(outcome()).isEqualTo("{\"run_status\":3}");
    assertThat(audited()).isZero();
  }

  @Test
  void an_operator_stops_anybodys_and_the_audit_log_tells() {
    token = operatorToken();
    Answer stopped = stop("{}");

    assertThat(stopped.status()).as(stopped.text()).isEqualTo(200);
    assertThat(stopped.at("/stopped/by")).isEqualTo("operator");
    Answer audit = get("/api/v1/audit?limit=1");
    assertThat(audit.at("/items/0/action")).isEqualTo("run.stop");
    assertThat(audit.at("/items/0/subject")).contains(run, "An operator of the service stopped it.");
    assertThat(audit.at("/items/0/scope")).isEqualTo("operator");
    token = own;
    refused(pushOf(run, samples()), "key");
    assertThat(get("/api/v1/test-runs/" + run).at("/stopped/by")).isEqualTo("operator");
  }

  @Test
  void a_run_that_fell_silent_is_stopped_and_not_reopened() {
    push("/v2/metrics/" + run, pushOf(run, samples()));
    jdbc.sql("update run_head set finish = 'idle', finished_at = last_at where test_run_id = ?")
        .param(Long.parseLong(run)).update();

    assertThat(stop("{}").status()).isEqualTo(200);
    refused(pushOf(run, samples()), "key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"finished", "aborted"})
  void a_run_that_fell_silent_and_is_over_since_is_left_as_it_is(String state) {
    push("/v2/metrics/" + run, pushOf(run, samples()));
    jdbc.sql("update run_head set finish = 'idle', finished_at = last_at where test_run_id = ?")
        .param(Long.parseLong(run)).update();
    jdbc.sql("update test_run set state = ? where id = ?").params(state, Long.parseLong(run)).update();

    assertThat(stop("{}").status()).isEqualTo(409);
    Answer shown = get("/api/v1/test-runs/" + run);
    assertThat(shown.at("/state")).isEqualTo(state);
    assertThat(shown.json().path("stopped").isNull()).isTrue();
    assertThat(records(run)).isEqualTo(1);
    assertThat(audited()).isZero();
  }

  @Test
  void a_push_over_the_limit_after_the_finish_is_refused_without_a_stop() {
    limit(1);
    run = newRun();
    post("/v1/tests/" + run, "{\"run_status\":3}");

    Answer answer = push("/v2/metrics/" + run, pushOf(run, samples()));
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.json().at("/error/code").asInt()).isEqualTo(4);
    assertThat(answer.at("/error/message")).contains("takes no more pushes", "more than 1 bytes")
        .doesNotContain("was stopped");
    assertThat(get("/api/v1/test-runs/" + run).json().path("stopped").isNull()).isTrue();
    assertThat(outcome()).isEqualTo("{\"run_status\":3}");
  }

  @Test
  void nobody_else_may_stop_it() {
    token = admitted(made -> ApiToken.forRun(tenant, Long.parseLong(run), made));
    assertThat(stop("{}").status()).isEqualTo(403);
    token = newToken();
    assertThat(stop("{}").status()).isEqualTo(404);
    token = own;
    assertThat(post("/api/v1/test-runs/nonsense/stop", "{}").status()).isEqualTo(404);
    assertThat(get("/api/v1/test-runs/" + run).json().path("stopped").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{\"reason\":5}", "{\"why\":\"x\"}", "{\"reason\":\"a\\u0000b\"}"})
  void what_cannot_be_a_reason_is_refused(String body) {
    assertThat(stop(body).status()).isEqualTo(400);
    assertThat(get("/api/v1/test-runs/" + run).json().path("stopped").isNull()).isTrue();
  }

  @Test
  void a_run_that_sends_more_than_its_tenant_may_is_stopped_by_the_push_that_would_pass_the_limit() {
    byte[] body = pushOf(run, samples());
    limit(2L * body.length);
    run = newRun();
    body = pushOf(run, samples());
    for (int retry = 0; retry < 3; retry++) {
      assertThat(push("/v2/metrics/" + run, body, "K6-Idempotency-Key", "one").status()).isEqualTo(200);
      assertThat(push("/v2/metrics/" + run, body, "K6-Idempotency-Key", "two").status()).isEqualTo(200);
    }
    assertThat(bytes()).isEqualTo(2L * body.length);

    refused(body, "three");
    Answer shown = get("/api/v1/test-runs/" + run);
    assertThat(shown.at("/stopped/by")).isEqualTo("service");
    assertThat(shown.at("/stopped/reason")).contains(2L * body.length + " bytes", "runBytesLimit").endsWith(".");
    assertThat(outcome()).contains("\"run_status\":9");
    refused(body, "two");
    assertThat(bytes()).isEqualTo(2L * body.length);
    assertThat(records(run)).isEqualTo(3);
  }

  @Test
  void samples_over_rest_count_and_are_told_in_the_services_own_format() {
    limit(1);
    run = newRun();

    Answer answer = post("/api/v1/test-runs/" + run + "/samples",
        "{\"metric\":\"http_reqs\",\"type\":\"Point\",\"data\":"
            + "{\"time\":\"2026-11-20T10:00:00Z\",\"value\":1,\"tags\":{}}}\n");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.at("/detail")).contains("was stopped");
  }

  @Test
  void a_limit_of_0_is_none() {
    limit(1);
    limit(0);
    run = newRun();

    assertThat(push("/v2/metrics/" + run, pushOf(run, samples())).status()).isEqualTo(200);
  }

  private void limit(long bytes) {
    token = operatorToken();
    Answer changed = send(request("/api/v1/tenants/" + tenant.value()).header("Content-Type", "application/json")
        .method("PATCH", java.net.http.HttpRequest.BodyPublishers.ofString("{\"runBytesLimit\":" + bytes + "}")));
    assertThat(changed.json().path("runBytesLimit").asLong()).as(changed.text()).isEqualTo(bytes);
    token = own;
  }

  private Answer stop(String body) {
    return post("/api/v1/test-runs/" + run + "/stop", body);
  }

  private void refused(byte[] body, String key) {
    int before = pushes();
    Answer answer = push("/v2/metrics/" + run, body, "K6-Idempotency-Key", key);
    assertThat(answer.status()).as(answer.text()).isEqualTo(403);
    assertThat(answer.json().at("/error/code").isIntegralNumber()).isTrue();
    assertThat(answer.json().at("/error/code").asInt()).isEqualTo(4);
    assertThat(answer.at("/error/message")).contains("was stopped").endsWith(".");
    assertThat(pushes()).isEqualTo(before);
  }

  private int pushes() {
    return jdbc.sql("select count(*) from metric_log where test_run_id = ? and kind <> 3").param(Long.parseLong(run))
        .query(Integer.class).single();
  }

  private long bytes() {
    return jdbc.sql("select bytes from run_head where test_run_id = ?").param(Long.parseLong(run)).query(Long.class)
        .single();
  }

  private String outcome() {
    return jdbc.sql("select outcome from test_run where id = ?").param(Long.parseLong(run)).query(String.class)
        .single();
  }

  private int audited() {
    return jdbc.sql("select count(*) from audit_entry where tenant_id = ?").param(tenant.value()).query(Integer.class)
        .single();
  }
}
