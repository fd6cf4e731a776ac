package dev.apmexport.api.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.store.tenant.TenantId;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlansTest extends WithApi {
  private static final String RUNS = "/api/v1/test-runs";
  private static final String RUN = """
      {"name": "checkout", "options": {"cloud": {"apm": [
        {"provider": "prometheus", "remoteWriteURL": "https://example.com/w", "colour": "red", "resampleRate": 10,
          "credentials": {"token": "canary"}},
        {"provider": "promteheus"}]}}}""";

  private TenantId id = new TenantId(0);
  private String operator = "";
  private String tenant = "";

  @BeforeEach
  void sign_up() {
    operator = operatorToken();
    id = newTenant();
    tenant = "/api/v1/tenants/" + id.value();
    token = operator;
    token = post(tenant + "/tokens", "{}").at("/token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"free", "team-monthly"})
  void a_plan_without_exports_disables_every_block_and_says_why(String plan) {
    change(plan);
    Answer made = post(RUNS, RUN);

    assertThat(made.status()).isEqualTo(201);
    assertThat(made.at("/exports/0/state")).isEqualTo("disabled");
    assertThat(made.at("/exports/0/problems/0/path")).isEqualTo("apm[0].colour");
    assertThat(made.at("/exports/0/problems/1/path")).isEqualTo("apm[0]");
    assertThat(made.at("/exports/0/problems/1/severity")).isEqualTo("error");
    assertThat(made.at("/exports/0/problems/1/message")).isEqualTo("The plan \"" + plan
        + "\" has no exports; the plans that have are trial, team-annual, pro-monthly, pro-annual, enterprise. "
        + "An operator can change it with PATCH " + tenant + ".");
    assertThat(made.at("/exports/1/state")).isEqualTo("disabled");
    assertThat(made.json().at("/exports/1/problems").toString()).contains("provider").doesNotContain("The plan");
    assertThat(get(RUNS + "/" + made.at("/id")).json().path("exports")).isEqualTo(made.json().path("exports"));
    assertThat(secrets()).isZero();
  }

  @Test
  void the_reason_is_a_line_on_k6s_console_and_the_test_runs_on() {
    change("free");
    String key = UUID.randomUUID().toString();
    post(RUNS, RUN, "Idempotency-Key", key);
    Answer created = post("/v1/tests", "{\"name\":\"checkout\"}", "K6-Idempotency-Key", key);

    assertThat(created.at("/logs/1/level")).isEqualTo("error");
    assertThat(created.at("/logs/1/message")).startsWith("apm[0]: The plan \"free\" has no exports");
    assertThat(created.at("/logs/2/message")).startsWith("apm[0] is disabled");
    String run = created.at("/reference_id");
    assertThat(push("/v2/metrics/" + run, pushOf(run, samples())).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"trial", "team-annual", "pro-monthly", "pro-annual", "enterprise"})
  void a_plan_with_exports_leaves_the_blocks_as_they_are(String plan) {
    change(plan);
    Answer made = post(RUNS, RUN);

    assertThat(made.at("/exports/0/state")).isEqualTo("live");
    assertThat(made.json().at("/exports/0/problems").size()).isEqualTo(1);
    assertThat(secrets()).isPositive();
  }

  @Test
  void a_new_plan_holds_for_new_runs_and_leaves_the_old_ones_alone() {
    String before = post(RUNS, RUN).at("/id");
    change("free");

    assertThat(get(RUNS + "/" + before).at("/exports/0/state")).isEqualTo("live");
    assertThat(post(RUNS, RUN).at("/exports/0/state")).isEqualTo("disabled");
    change("trial");
    assertThat(post(RUNS, RUN).at("/exports/0/state")).isEqualTo("live");
  }

  private void change(String plan) {
    String mine = token;
    token = operator;
    Answer changed = send(request(tenant).header("Content-Type", "application/json").method("PATCH",
        BodyPublishers.ofString("{\"plan\":\"" + plan + "\"}")));
    assertThat(changed.at("/plan")).isEqualTo(plan);
    token = mine;
  }

  private int secrets() {
    return jdbc.sql("select count(*) from secret where tenant_id = ?").param(id.value()).query(Integer.class).single();
  }
}
