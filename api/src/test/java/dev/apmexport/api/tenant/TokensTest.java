package dev.apmexport.api.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.TenantId;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class TokensTest extends WithApi {
  private static final String RUNS = "/api/v1/test-runs";
  private String operator = "";
  private TenantId tenant = new TenantId(0);
  private String path = "";

  @BeforeEach
  void operate() {
    operator = operatorToken();
    tenant = newTenant();
    path = "/api/v1/tenants/" + tenant.value() + "/tokens";
    token = operator;
  }

  @Test
  void a_token_is_shown_once_and_good_at_once() {
    Answer issued = post(path, "{\"note\":\"for the build server\"}");

    assertThat(issued.status()).isEqualTo(201);
    assertThat(issued.json().propertyNames()).containsExactly("id", "token", "note", "createdAt");
    String made = issued.at("/token");
    assertThat(made).matches("[A-Za-z0-9_-]{43}");
    Answer listed = get(path);
    assertThat(listed.text()).doesNotContain(made, HexFormat.of().formatHex(ApiToken.digest(made)), "sha256");
    JsonNode one = listed.json().at("/items/0");
    assertThat(one.propertyNames()).containsExactly("id", "note", "scope", "createdAt", "revokedAt");
    assertThat(one.path("id")).isEqualTo(issued.json().path("id"));
    assertThat(one.path("note").asString()).isEqualTo("for the build server");
    assertThat(one.path("scope").asString()).isEqualTo("tenant");
    assertThat(one.path("createdAt")).isEqualTo(issued.json().path("createdAt"));
    assertThat(one.path("revokedAt").isNull()).isTrue();
    token = made;
    assertThat(get(RUNS).status()).isEqualTo(200);
  }

  @Test
  void a_revoked_token_is_refused_at_once_and_its_fellows_are_not() {
    String fellow = post(path, "{}").at("/token");
    Answer issued = send(request(path).POST(BodyPublishers.noBody()));
    assertThat(issued.json().path("note").isNull()).isTrue();
    token = issued.at("/token");
    assertThat(get(RUNS).status()).isEqualTo(200);

    assertThat(revoke(path + "/" + issued.at("/id")).status()).isEqualTo(204);
    String revokedAt = revokedAt();
    assertThat(revokedAt).startsWith("20");
    assertThat(revoke(path + "/" + issued.at("/id")).status()).isEqualTo(204);
    assertThat(revokedAt()).isEqualTo(revokedAt);
    token = issued.at("/token");
    assertThat(get(RUNS).status()).isEqualTo(401);
    token = fellow;
    assertThat(get(RUNS).status()).isEqualTo(200);
  }

  private Answer revoke(String one) {
    token = operator;
    return send(request(one).DELETE());
  }

  private String revokedAt() {
    token = operator;
    return get(path).at("/items/0/revokedAt");
  }

  @Test
  void a_token_is_revoked_under_its_own_tenant_only() {
    String id = post(path, "{}").at("/id");
    String other = "/api/v1/tenants/" + newTenant().value() + "/tokens";

    for (String wrong : new String[]{other + "/" + id, path + "/0", "/api/v1/tenants/0/tokens/" + id}) {
      Answer answer = revoke(wrong);
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.at("/detail")).contains("has no token");
    }
    assertThat(revokedAt()).isEqualTo("(nothing)");
  }

  @Test
  void tokens_of_one_tenant_are_listed_page_by_page() {
    for (int i = 0; i < 3; i++) {
      post(path, "{\"note\":\"n" + i + "\"}");
    }
    post("/api/v1/tenants/" + newTenant().value() + "/tokens", "{}");
    token = tokenOf(tenant);
    long run = Long.parseLong(newRun());
    admitted(made -> ApiToken.forRun(tenant, run, made)); // one of many, which would bury the others
    jdbc.sql("delete from api_token where sha256 = ?").param(ApiToken.digest(token)).update();
    token = operator;

    Answer first = get(path + "?limit=2");
    assertThat(first.at("/items/0/note")).isEqualTo("n2");
    assertThat(first.json().path("items").size()).isEqualTo(2);
    Answer second = get(path + "?limit=2&before=" + first.at("/next"));
    assertThat(second.json().path("items").size()).isEqualTo(1);
    assertThat(second.json().path("next").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"[]|JSON object", "{\"note\":7}|note: must be", "{\"note\":\"\"}|note: must be",
      "{\"notes\":\"a\"}|notes: is not known"})
  void a_wrong_body_makes_no_token(String body, String reason) {
    Answer answer = post(path, body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/detail")).contains(reason);
    assertThat(get(path).json().path("items").isEmpty()).isTrue();
  }

  @Test
  void no_tenant_no_token() {
    assertThat(post("/api/v1/tenants/0/tokens", "{}").status()).isEqualTo(404);
    assertThat(get("/api/v1/tenants/0/tokens").status()).isEqualTo(404);
  }

  @Test
  void a_runs_token_pushes_to_its_run_and_to_no_other() {
    token = tokenOf(tenant);
    String run = newRun();
    String other = newRun();
    token = admitted(made -> ApiToken.forRun(tenant, Long.parseLong(run), made));

    assertThat(push("/v2/metrics/" + run, pushOf(run, samples())).status()).isEqualTo(200);
    assertThat(push(RUNS + "/" + run + "/metrics", pushOf(run, samples())).status()).isEqualTo(204);
    assertThat(push("/v2/metrics/" + other, pushOf(other, samples())).status()).isEqualTo(404);
    Answer finish = post("/v1/tests/" + run, "{}");
    assertThat(finish.status()).isEqualTo(403);
    assertThat(finish.at("/error/message")).contains("its own test run");
    assertThat(records(other)).isZero();
  }
}
