package dev.apmexport.api.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RunsOverRestTest extends WithApi {
  private static final String RUNS = "/api/v1/test-runs";
  private static final String GOOD = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/w\",\"resampleRate\":6,"
      + "\"credentials\":{\"username\":\"me\",\"password\":\"canary-p\"},\"colour\":\"red\"}";
  private static final String BAD = "{\"provider\":\"promteheus\",\"credentials\":{\"token\":\"canary-t\"}}";

  @ParameterizedTest
  @ValueSource(strings = {"{\"cloud\":{\"apm\":[%s,%s]}}", "{\"ext\":{\"loadimpact\":{\"apm\":[%s,%s]}}}"})
  void a_run_is_created_with_its_exports_and_what_is_wrong_with_them(String options) {
    Answer created = create("checkout", options.formatted(GOOD, BAD));

    assertThat(created.status()).isEqualTo(201);
    JsonNode exports = created.json().path("exports");
    assertThat(exports.size()).isEqualTo(2);
    assertThat(created.json().path("id").asString()).matches("[0-9]+");
    assertThat(created.at("/exports/0/provider")).isEqualTo("prometheus");
    assertThat(created.at("/exports/0/state")).isEqualTo("live");
    assertThat(created.at("/exports/0/problems/0/path")).isEqualTo("apm[0].colour");
    assertThat(created.at("/exports/0/problems/0/severity")).isEqualTo("warning");
    assertThat(exports.get(1).path("index").asInt()).isEqualTo(1);
    assertThat(created.at("/exports/1/state")).isEqualTo("disabled");
    assertThat(created.at("/exports/1/problems/0/path")).isEqualTo("apm[1].provider");
    assertThat(created.at("/exports/1/problems/0/severity")).isEqualTo("error");
    assertThat(created.at("/exports/1/problems/0/message")).contains("promteheus");
    assertThat(created.text()).doesNotContain("canary");
  }

  @Test
  void a_run_is_shown_with_the_names_of_the_contract() {
    Answer shown = get(RUNS + "/" + create("checkout", "{\"cloud\":{\"apm\":[" + GOOD + "]}}").at("/id"));

    assertThat(shown.status()).isEqualTo(200);
    assertThat(shown.json().propertyNames()).contains("id", "name", "state", "exports");
    assertThat(shown.at("/state")).isEqualTo("created");
    JsonNode export = shown.json().at("/exports/0");
    assertThat(export.propertyNames()).containsExactlyInAnyOrder("index", "provider", "destination", "state",
        "effectiveResampleRate", "problems", "windows", "points", "lagSeconds", "lateSamples", "lastError",
        "reconciliation");
    assertThat(export.path("windows").propertyNames()).containsExactlyInAnyOrder("sealed", "accepted", "pending");
    assertThat(export.path("points").propertyNames()).containsExactlyInAnyOrder("accepted", "rejected", "pending");
    assertThat(export.path("reconciliation").isNull()).isTrue();
    assertThat(shown.text()).doesNotContain("canary");
  }

  @Test
  void a_report_is_shown_with_the_names_of_the_contract() {
    String run = create("checkout", "{\"cloud\":{\"apm\":[" + GOOD + "]}}").at("/id");
    jdbc.sql(
        "insert into reconciliation (export_id, revision, report) select id, 1, ? from export where test_run_id = ?")
        .params(
            "{\"revision\":1,\"exact\":false,\"reason\":\"late\",\"expected\":9,\"asExpected\":5,\"filled\":1,\"corrected\":1,\"refused\":1,"
                + "\"pending\":1,\"refusals\":[]}",
            Long.parseLong(run))
        .update();

    JsonNode report = get(RUNS + "/" + run).json().at("/exports/0/reconciliation");
    assertThat(report.propertyNames()).contains("revision", "exact", "reason", "expected", "asExpected", "filled",
        "corrected",
        "refused", "pending");
    assertThat(report.path("asExpected").asInt()).isEqualTo(5);
    assertThat(report.path("exact").asBoolean(true)).isFalse();
  }

  @Test
  void runs_are_listed_page_by_page_the_newest_first() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(create("run-" + i, "{}").at("/id"));
    }
    List<String> seen = new ArrayList<>();
    Answer page = get(RUNS + "?limit=2");
    while (true) {
      assertThat(page.json().propertyNames()).containsExactlyInAnyOrder("items", "next");
      page.json().path("items").forEach(run -> seen.add(run.path("id").asString()));
      if (page.json().path("next").isNull()) {
        break;
      }
      page = get(RUNS + "?limit=2&before=" + page.at("/next"));
    }
    assertThat(seen).isEqualTo(made);
    assertThat(get(RUNS + "?limit=-3").json().path("items").size()).isEqualTo(1);
    assertThat(get(RUNS + "?limit=9999").json().path("items").size()).isEqualTo(5);
  }

  @Test
  void the_same_idempotency_key_is_the_same_run() {
    Answer first = post(RUNS, "{\"name\":\"a\"}", "Idempotency-Key", "k");

    assertThat(post(RUNS, "{\"name\":\"a\"}", "Idempotency-Key", "k").text()).isEqualTo(first.text());
  }

  @Test
  void a_name_may_hold_anything() {
    assertThat(create("a\\u0000b 😀", "{}").status()).isEqualTo(201);
  }

  @Test
  void a_run_is_finished_with_or_without_a_body() {
    String run = create("checkout", "{}").at("/id");

    Answer finished = send(
        request(RUNS + "/" + run + "/finish").POST(java.net.http.HttpRequest.BodyPublishers.noBody()));
    assertThat(finished.status()).isEqualTo(200);
    assertThat(finished.at("/state")).isEqualTo("finishing");
    assertThat(post(RUNS + "/" + run + "/finish", "{\"run_status\":3}").status()).isEqualTo(200);
    assertThat(records(run)).isEqualTo(1);
  }

  @Test
  void a_metric_set_may_come_over_rest() {
    String run = create("checkout", "{}").at("/id");
    for (int i = 0; i < 2; i++) {
      assertThat(push(RUNS + "/" + run + "/metrics", pushOf(run, samples()), "Idempotency-Key", "one").status())
          .isEqualTo(204);
    }
    assertThat(records(run)).isEqualTo(1);
  }

  private Answer create(String name, String options) {
    return post(RUNS, "{\"name\":\"" + name + "\",\"options\":" + options + "}");
  }
}
