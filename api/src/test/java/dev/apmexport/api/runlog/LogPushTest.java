package dev.apmexport.api.runlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.RecordedRequest;
import dev.apmexport.api.RecordedSession;
import dev.apmexport.api.WithApi;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.TenantId;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class LogPushTest extends WithApi {
  private static String path(String run) {
    return "/provisioning/v1/test_runs/" + run + "/logs";
  }

  private static String line(String message) {
    return "{\"streams\":[{\"stream\":{\"level\":\"info\"},\"values\":[[\"1795208157646379241\",\"" + message
        + "\"]]}]}";
  }

  private JsonNode shown(String run) {
    return get("/api/v1/test-runs/" + run + "/logs").json();
  }

  @Test
  void the_log_pushes_of_a_recorded_k6_are_shown_in_order_with_their_fields() {
    String run = newRun();
    List<RecordedRequest> pushes = RecordedSession.of("cloud-run-local-execution-2.2").requests().stream()
        .filter(request -> request.path().equals("/loki/api/v1/push")).toList();
    assertThat(pushes).hasSize(6);
    for (RecordedRequest push : pushes) {
      assertThat(post(path(run), new String(push.body(), StandardCharsets.UTF_8)).status()).isEqualTo(204);
    }

    JsonNode log = shown(run);
    assertThat(log.path("items")).hasSize(22);
    assertThat(log.path("dropped").asInt()).isZero();
    JsonNode first = log.at("/items/0");
    assertThat(first.path("at").asString()).isEqualTo("2026-11-20T20:55:56.943692284Z");
    assertThat(first.path("level").asString()).isEqualTo("warning");
    assertThat(first.path("source").isNull()).isTrue();
    assertThat(first.path("message").asString())
        .isEqualTo("Tag __hidden has been discarded since it is reserved for Cloud operations. output=cloudv2");
    assertThat(log.at("/items/21/message").asString()).isEqualTo(
        "Request Failed error=\"Get \\\"http://127.0.0.1:1/refused\\\": dial tcp 127.0.0.1:1: connect: connection refused\"");
  }

  @Test
  void a_push_that_k6_sends_again_is_shown_once() {
    String run = newRun();
    post(path(run), line("once"));
    assertThat(post(path(run), line("once")).status()).isEqualTo(204);
    assertThat(shown(run).path("items")).hasSize(1);
  }

  @Test
  void the_newest_lines_of_one_large_push_are_kept() {
    String run = newRun();
    StringBuilder values = new StringBuilder();
    for (int i = 1; i <= 1_500; i++) {
      values.append(i == 1 ? "" : ",").append("[\"").append(i).append("\",\"line ").append(i).append("\"]");
    }
    post(path(run), "{\"streams\":[{\"stream\":{\"source\":\"console\"},\"values\":[" + values + "]}]}");

    JsonNode log = shown(run);
    assertThat(log.path("items")).hasSize(1_000);
    assertThat(log.path("dropped").asInt()).isEqualTo(500);
    assertThat(log.at("/items/0/message").asString()).isEqualTo("line 501");
    assertThat(log.at("/items/0/level").asString()).isEqualTo("unknown");
    assertThat(log.at("/items/0/source").asString()).isEqualTo("console");
    assertThat(get("/api/v1/test-runs/" + run + "/logs?limit=2").at("/items/0/message")).isEqualTo("line 1499");
    assertThat(
        get("/api/v1/test-runs/" + run + "/logs?after=" + log.at("/items/998/id").asString()).json().path("items"))
        .hasSize(1);
  }

  @Test
  void what_is_secret_is_neither_stored_nor_shown() {
    String secret = "canary" + UUID.randomUUID();
    String run = post("/api/v1/test-runs", """
        {"name": "checkout", "options": {"cloud": {"apm": [{"provider": "prometheus", "remoteWriteURL": "https://example.com/w",
          "credentials": {"token": "%s"}}]}}}""".formatted(secret)).at("/id");
    String body = "{\"streams\":[{\"stream\":{\"level\":\"info\",\"error\":\"with " + secret
        + "\"},\"values\":[[\"1\",\"Bearer "
        + token + " and " + secret + "\",{\"trace\":\"" + secret + "\"}]]}]}";
    assertThat(post(path(run), body).status()).isEqualTo(204);

    assertThat(shown(run).at("/items/0/message").asString())
        .isEqualTo("Bearer *** and *** error=\"with ***\" trace=***");
    assertThat(jdbc.sql("select string_agg(l::text, ' ') from run_log l").query(String.class).single())
        .doesNotContain(secret, token);
  }

  @Test
  void a_runs_own_token_may_push_and_not_read() {
    TenantId tenant = newTenant();
    token = tokenOf(tenant);
    String run = newRun();
    token = admitted(made -> ApiToken.forRun(tenant, Long.parseLong(run), made));
    assertThat(
        send(request(path(run)).setHeader("Authorization", "Bearer " + token).header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(line("of " + token)))).status())
        .isEqualTo(204);
    assertThat(get("/api/v1/test-runs/" + run + "/logs").status()).isEqualTo(403);

    token = tokenOf(tenant);
    assertThat(shown(run).at("/items/0/message").asString()).isEqualTo("of ***");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{|The body cannot be read as JSON from line 1, column 2 on; send log lines as Loki's push in JSON.",
      "[]|streams must be a list of {\"stream\": {…}, \"values\": […]}; it is missing.",
      "{\"streams\":\"secret\"}|streams must be a list of {\"stream\": {…}, \"values\": […]}; it is a text.",
      "{\"streams\":[{\"values\":[]}]}|streams[0].stream must be an object of labels; it is missing.",
      "{\"streams\":[{\"stream\":{}}]}|streams[0].values must be a list of [\"<nanoseconds>\", \"message\"]; it is missing.",
      "{\"streams\":[{\"stream\":{},\"values\":[[\"1\"]]}]}|streams[0].values[0][1] must be the message, a text; it is missing.",
      "{\"streams\":[{\"stream\":{},\"values\":[[\"1\",\"a\"],[\"1\",2]]}]}|streams[0].values[1][1] must be the message, a text; it is a number.",
      "{\"streams\":[{\"stream\":{},\"values\":[[\"-1\",\"a\"]]}]}|streams[0].values[0][0] must be the nanoseconds since 1970, as decimal digits; it is a text.",
      "{\"streams\":[{\"stream\":{},\"values\":[[\"9999999999999999999\",\"a\"]]}]}|streams[0].values[0][0] is larger than any time in nanoseconds since 1970."})
  void what_is_no_push_is_refused_with_where_and_stores_nothing(String body, String sentence) {
    String run = newRun();
    Answer answer = post(path(run), body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/error/message")).isEqualTo(sentence);
    assertThat(shown(run).path("items")).isEmpty();
  }

  @Test
  void a_push_that_is_too_large_or_of_another_format_is_refused() {
    String run = newRun();
    assertThat(post(path(run), line("x".repeat(RunLogController.MAX_PUSH))).at("/error/message"))
        .isEqualTo("The body is larger than 1048576 bytes; send fewer lines in one push.");
    byte[] endless = new byte[RunLogController.MAX_PUSH * 3];
    assertThat(send(request(path(run)).header("Content-Type", "application/json")
        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(endless)))).status()).isEqualTo(413);
    assertThat(send(request(path(run)).header("Content-Type", "application/x-protobuf")
        .POST(BodyPublishers.ofByteArray(new byte[3]))).status()).isEqualTo(415);
    assertThat(post(path(run), line("a"), "Content-Encoding", "gzip").status()).isEqualTo(415);
  }

  @Test
  void labels_that_many_lines_share_are_not_multiplied() {
    String run = newRun();
    String values = "[\"1\",\"m\"]" + ",[\"1\",\"m\"]".repeat(20_000);
    String body = "{\"streams\":[{\"stream\":{\"large\":\"" + "x".repeat(600_000) + "\"},\"values\":[" + values
        + "]}]}";
    assertThat(post(path(run), body).status()).isEqualTo(204);

    JsonNode log = shown(run);
    assertThat(log.at("/items/0/message").asString()).startsWith("m large=xxx").endsWith("… (cut)");
    assertThat(log.path("items").size() + log.path("dropped").asInt()).isEqualTo(20_001);
  }

  @Test
  void an_empty_push_is_fine() {
    assertThat(post(path(newRun()), "{\"streams\":[]}").status()).isEqualTo(204);
  }

  @Test
  void lines_that_come_long_after_the_end_are_refused() {
    String run = newRun();
    post("/api/v1/test-runs/" + run + "/finish", "{}");
    assertThat(post(path(run), line("just after")).status()).isEqualTo(204);

    jdbc.sql("update run_head set finished_at = finished_at - interval '201 seconds' where test_run_id = ?")
        .param(Long.parseLong(run)).update();
    Answer late = post(path(run), line("late"));
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.at("/error/message")).matches("Test run " + run
        + " was finished at \\S+Z; log lines are taken for 200 s after that\\.");
  }

  @Test
  void another_tenants_run_is_not_found() {
    String run = newRun();
    token = newToken();
    assertThat(post(path(run), line("a")).status()).isEqualTo(404);
    assertThat(get("/api/v1/test-runs/" + run + "/logs").status()).isEqualTo(404);
  }
}
