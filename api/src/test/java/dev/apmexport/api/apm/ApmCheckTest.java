package dev.apmexport.api.apm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.store.run.RunSeries;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

class ApmCheckTest extends WithApi {
  private static final String CHECK = "/api/v1/apm/check";
  private static final String BLOCK = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/w\","
      + "\"credentials\":{\"username\":\"me\",\"password\":\"canary-p\"},\"metrics\":[\"my_rat\"]}";

  @Autowired
  private RunSeries series;

  @Test
  void a_block_is_answered_with_the_names_of_the_contract() {
    Answer answer = post(CHECK, BLOCK);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    JsonNode block = answer.json().at("/blocks/0");
    assertThat(block.propertyNames()).containsExactlyInAnyOrder("index", "provider", "enabled", "problems", "export",
        "series", "connection");
    assertThat(block.path("index").asInt()).isZero();
    assertThat(block.path("provider").asString()).isEqualTo("prometheus");
    assertThat(block.path("enabled").asBoolean()).isTrue();
    assertThat(block.path("connection").isNull()).isTrue();
    assertThat(block.at("/series/estimatedCount").isNull()).isTrue();
    assertThat(block.at("/series/names").valueStream().map(JsonNode::asString)).contains("k6_http_reqs",
        "k6_http_req_duration_p95", "k6_my_rat");
  }

  @Test
  void the_export_is_shown_in_full_without_its_secrets() {
    Answer answer = post(CHECK, BLOCK);

    assertThat(answer.at("/blocks/0/export/credentials/password")).isEqualTo("***");
    assertThat(answer.json().at("/blocks/0/export/resampleRate").asInt()).isEqualTo(3);
    assertThat(answer.text()).doesNotContain("canary");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "[%s]", "{\"apm\":[%s]}", "{\"cloud\":{\"apm\":[%s]}}",
      "{\"ext\":{\"loadimpact\":{\"apm\":[%s]}}}", "{\"options\":{\"cloud\":{\"apm\":[%s]}}}"})
  void a_block_a_list_and_options_are_told_apart(String body) {
    assertThat(post(CHECK, body.formatted(BLOCK)).at("/blocks/0/provider")).isEqualTo("prometheus");
  }

  @Test
  void every_problem_is_told_and_a_bad_block_spoils_no_other() {
    Answer answer = post(CHECK, "[{\"provider\":\"promteheus\"},{\"remoteWriteURL\":\"x\"}," + BLOCK + "]");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("blocks").valueStream().map(block -> block.path("enabled").asBoolean()))
        .containsExactly(false, false, true);
    assertThat(answer.at("/blocks/0/problems/0/path")).isEqualTo("apm[0].provider");
    assertThat(answer.at("/blocks/0/problems/0/severity")).isEqualTo("error");
    assertThat(answer.at("/blocks/0/problems/0/message")).contains("did you mean \"prometheus\"?");
    assertThat(answer.json().at("/blocks/0/export").isNull()).isTrue();
  }

  @Test
  void options_without_a_block_have_none() {
    assertThat(post(CHECK, "{\"vus\":3}").json().path("blocks").isEmpty()).isTrue();
  }

  @Test
  void the_count_is_estimated_from_the_last_run_of_the_name() {
    run("checkout", new InputSeries(0, MetricType.COUNTER, "http_reqs", Labels.NONE));
    String run = run("checkout", new InputSeries(0, MetricType.COUNTER, "http_reqs", Labels.of("status", "200")),
        new InputSeries(1, MetricType.COUNTER, "http_reqs", Labels.of("status", "500")),
        new InputSeries(2, MetricType.RATE, "my_rate", Labels.NONE));
    run("another", new InputSeries(0, MetricType.TREND, "my_rat", Labels.NONE));
    String asks = BLOCK.replace("\"my_rat\"",
        "\"my_rate\",{\"sourceMetric\":\"http_reqs\",\"targetMetric\":\"byStatus\",\"keepTags\":[\"status\"]}");

    Answer named = post(CHECK + "?name=checkout", asks);
    assertThat(named.json().at("/blocks/0/series/estimatedCount").asInt()).as(named.text()).isEqualTo(1 + 1 + 2);
    assertThat(named.at("/blocks/0/series/estimatedFrom")).isEqualTo(run);
    Answer said = post(CHECK, "{\"cloud\":{\"name\":\"checkout\",\"apm\":[" + asks + "]}}");
    assertThat(said.json().at("/blocks/0/series")).isEqualTo(named.json().at("/blocks/0/series"));
    assertThat(post(CHECK + "?name=unheard+of", asks).json().at("/blocks/0/series/estimatedCount").isNull()).isTrue();
  }

  @Test
  void a_metric_that_the_last_run_did_not_have_is_a_warning() {
    String run = run("checkout", new InputSeries(0, MetricType.RATE, "my_rate", Labels.NONE));

    JsonNode problem = post(CHECK + "?name=checkout", BLOCK).json().at("/blocks/0/problems/0");
    assertThat(problem.path("path").asString()).isEqualTo("apm[0].metrics[0]");
    assertThat(problem.path("severity").asString()).isEqualTo("warning");
    assertThat(problem.path("message").asString()).contains(run, "my_rat", "did you mean \"my_rate\"?");
  }

  @Test
  void more_series_than_the_tenant_may_export_are_a_warning() {
    List<InputSeries> many = new ArrayList<>();
    for (int i = 0; i < 10_001; i++) {
      many.add(new InputSeries(i, MetricType.COUNTER, "orders", Labels.of("customer", "c" + i)));
    }
    run("checkout", many.toArray(InputSeries[]::new));
    String asks = BLOCK.replace("\"my_rat\"", "{\"sourceMetric\":\"orders\",\"keepTags\":[\"customer\"]}");

    Answer answer = post(CHECK + "?name=checkout", asks);
    assertThat(answer.json().at("/blocks/0/series/estimatedCount").asInt()).isEqualTo(10_001);
    assertThat(answer.text()).contains("would make 10001 series", "at most 10000", "outputSeriesLimit");
    assertThat(answer.json().at("/blocks/0/enabled").asBoolean()).isTrue();
  }

  @Test
  void runs_of_other_tenants_tell_nothing() {
    run("checkout", new InputSeries(0, MetricType.COUNTER, "http_reqs", Labels.NONE));
    token = newToken();

    assertThat(post(CHECK + "?name=checkout", BLOCK).json().at("/blocks/0/series/estimatedFrom").isNull()).isTrue();
  }

  @Test
  void a_plan_without_exports_disables_every_block_as_it_would_in_a_run() {
    jdbc.sql("update tenant set plan = 'free' where id = (select max(tenant_id) from api_token)").update();

    Answer answer = post(CHECK, BLOCK);
    assertThat(answer.json().at("/blocks/0/enabled").asBoolean(true)).isFalse();
    assertThat(answer.text()).contains("The plan \\\"free\\\" has no exports");
  }

  @Test
  void json_that_cannot_be_read_is_told_where_and_shows_no_secret() {
    Answer answer = post(CHECK, "{\"provider\": \"prometheus\",\n \"apiKey\": canary}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.type()).startsWith("application/problem+json");
    assertThat(answer.at("/detail")).contains("line 2, column 1", "k6 inspect");
    assertThat(answer.text()).doesNotContain("canary");
    assertThat(post(CHECK, "7").status()).isEqualTo(400);
    assertThat(post(CHECK, "").status()).isEqualTo(400);
  }

  @Test
  void a_body_of_any_content_type_will_do() {
    Answer form = send(request(CHECK + "?name=a%20b").header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(BLOCK)));

    assertThat(form.status()).as(form.text()).isEqualTo(200);
    assertThat(form.at("/blocks/0/provider")).isEqualTo("prometheus");
  }

  @Test
  void the_sixty_first_check_of_a_minute_is_refused() {
    for (int i = 0; i < 60; i++) {
      assertThat(post(CHECK, "[]").status()).isEqualTo(200);
    }
    Answer refused = post(CHECK, "[]");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.at("/detail")).contains("At most 60 checks", "60 s");
    assertThat(Integer.parseInt(retryAfter())).isBetween(1, 60);
    token = newToken();
    assertThat(post(CHECK, "[]").status()).isEqualTo(200);
  }

  @Test
  void without_a_token_nothing_is_checked() {
    token = "";

    assertThat(post(CHECK, BLOCK).status()).isEqualTo(401);
  }

  @Test
  void the_api_page_tells_of_it() {
    JsonNode paths = get("/v3/api-docs").json().path("paths");

    assertThat(paths.path(CHECK).path("post").path("parameters").valueStream()
        .map(parameter -> parameter.path("name").asString())).containsExactlyInAnyOrder("name", "connect");
    assertThat(paths.path(CHECK).at("/post/requestBody/content").propertyNames()).contains("application/json");
    assertThat(paths.path("/api/v1/apm-profiles/{name}").propertyNames()).contains("get", "put", "delete");
  }

  private String retryAfter() {
    try (var http = java.net.http.HttpClient.newHttpClient()) {
      return http.send(request(CHECK).POST(BodyPublishers.ofString("[]")).build(),
          java.net.http.HttpResponse.BodyHandlers.discarding()).headers().firstValue("Retry-After").orElse("none");
    } catch (java.io.IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A run that has ended, with these series. */
  private String run(String name, InputSeries... had) {
    String id = post("/api/v1/test-runs", "{\"name\":\"" + name + "\"}").at("/id");
    series.put(Long.parseLong(id), List.of(had));
    return id;
  }
}
