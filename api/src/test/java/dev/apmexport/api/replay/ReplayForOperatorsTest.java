package dev.apmexport.api.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.tenant.ApiToken;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who may replay what, and what is written down about it. */
class ReplayForOperatorsTest extends WithReplays {
  @Test
  void an_operator_replays_anybodys_run_and_sees_and_cancels_anybodys_replay() {
    String tenants = token;
    token = operatorToken();
    Answer asked = ask("everything", ",\"exportIndex\":0");
    assertThat(asked.status()).as(asked.text()).isEqualTo(202);
    assertThat(asked.at("/createdBy")).startsWith("operator token ");
    assertThat(get(REPLAYS + "?testRunId=" + run).at("/items/0/id")).isEqualTo(asked.at("/id"));

    token = tenants;
    assertThat(get(REPLAYS + "/" + asked.at("/id")).json()).isEqualTo(asked.json());
    String own = ask("difference", ",\"exportIndex\":1").at("/id");
    token = operatorToken();
    assertThat(post(REPLAYS + "/" + own + "/cancel", "").at("/state")).isEqualTo("cancelled");
  }

  @Test
  void another_tenant_finds_neither_the_run_nor_its_replays() {
    String replay = ask("difference", "").at("/id");
    String other = newToken();

    token = other;
    Answer refused = ask("difference", "");
    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.at("/detail")).isEqualTo("There is no test run " + run + ".");
    assertThat(get(REPLAYS + "/" + replay).status()).isEqualTo(404);
    assertThat(post(REPLAYS + "/" + replay + "/cancel", "").status()).isEqualTo(404);
    assertThat(get(REPLAYS).json().path("items").size()).isZero();
    assertThat(get(REPLAYS + "?testRunId=" + run).json().path("items").size()).isZero();
  }

  @Test
  void a_runs_own_token_replays_nothing() {
    token = admitted(made -> ApiToken.forRun(us, Long.parseLong(run), made));

    assertThat(ask("difference", "").status()).isEqualTo(403);
  }

  @Test
  void who_asked_for_what_stands_in_the_audit_log_without_secrets() {
    String replay = ask("everything", ",\"exportIndex\":0,\"dryRun\":true,\"destination\":"
        + block("https://there.example.com/w", "\"headers\":{\"X-Key\":\"canary-7\"}")).at("/id");
    post(REPLAYS + "/" + replay + "/cancel", "");
    post(REPLAYS + "/" + replay + "/cancel", "");
    ask("difference", ",\"exportIndex\":7");

    token = operatorToken();
    Answer audit = get("/api/v1/audit?limit=2");
    JsonNode cancelled = audit.json().at("/items/0");
    JsonNode created = audit.json().at("/items/1");
    assertThat(cancelled.propertyNames()).containsExactlyInAnyOrder("id", "at", "tokenId", "scope", "tenantId",
        "action", "subject", "request");
    assertThat(cancelled.path("action").asString()).isEqualTo("replay.cancel");
    assertThat(created.path("action").asString()).isEqualTo("replay.create");
    assertThat(created.path("scope").asString()).isEqualTo("tenant");
    assertThat(created.path("tenantId").asString()).isEqualTo(Long.toString(us.value()));
    assertThat(created.path("subject").asString()).isEqualTo("replay " + replay + " of run " + run
        + ": dry run, everything, exports [0], to https://there.example.com/w");
    assertThat(created.path("request").asString()).isEqualTo("POST /api/v1/replays from 127.0.0.1");
    assertThat(audit.text()).doesNotContain("canary");
  }

  @Test
  void an_operators_act_names_the_tenant_it_was_about() {
    token = operatorToken();
    ask("difference", "");

    JsonNode newest = get("/api/v1/audit?limit=1").json().at("/items/0");
    assertThat(newest.path("scope").asString()).isEqualTo("operator");
    assertThat(newest.path("tenantId").asString()).isEqualTo(Long.toString(us.value()));
    assertThat(newest.path("tokenId").asString()).matches("[0-9]+");
  }
}
