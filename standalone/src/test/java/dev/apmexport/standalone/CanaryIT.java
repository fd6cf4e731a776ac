package dev.apmexport.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.db.TestPostgres;
import dev.apmexport.standalone.demo.RecordedRun;
import dev.apmexport.standalone.demo.ReplayedRun;
import dev.apmexport.standalone.demo.ServiceClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Nothing secret of a whole run comes out: in no log at its most talkative, no table, no answer of the API. */
class CanaryIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir
  private Path folder;
  private final Canaries canaries = new Canaries();

  @Test
  void no_secret_is_in_a_log_a_table_or_an_answer() throws Exception {
    TestPostgres.Database database = TestPostgres.freshDatabase();
    canaries.also("the tenant's token", ServiceProcess.TOKEN);
    String operator = canaries.secret("the operator's token");
    String masterKey = Base64.getEncoder().encodeToString(new SecureRandom().generateSeed(32));
    canaries.also("the master key", masterKey);
    canaries.also("the database's password", database.password());
    try (var receiver = new EchoingReceiver();
        var service = new ServiceProcess(folder, "--logging.level.root=DEBUG", "--logging.level.org.apache=DEBUG",
            "--logging.level.org.springframework=DEBUG",
            "--logging.logback.rollingpolicy.max-file-size=1GB", // else a long run's log is not in one file
            "--apm.database-url=" + database.url(),
            "--apm.database-username=" + database.username()).with("APM_BOOTSTRAP_TOKEN", ServiceProcess.TOKEN)
            .with("APM_OPERATOR_TOKEN", operator).with("APM_MASTER_KEY", masterKey)
            .with("APM_DATABASE_PASSWORD", database.password()).with("APM_ARCHIVE_KEEP", "true").start();
        ServiceClient client = service.client()) {
      String blocks = blocks(receiver);
      storeAndCheck(client, blocks);
      String run = playRun(client, blocks);
      sendArchive(client, blocks);
      putArchive(client);
      assertThat(receiver.heard()).contains("/good", "/bad", "/bad/query"); // so the secrets were really used
      readEverything(client, service, run, operator);

      assertThat(canaries.assertNoneInDatabase(database.url(), database.username(), database.password())).isPositive();
      canaries.assertNoneIn("the output", service.output());
      canaries.assertNoneIn("the log", Files.readString(service.dataDir().resolve("apm-export.log")));
      assertThat(Files.size(service.dataDir().resolve("apm-export.log"))).isGreaterThan(100_000);
    }
  }

  private String blocks(EchoingReceiver receiver) {
    String password = canaries.secret("password");
    canaries.alsoBasic("someone", password);
    return """
        [{"provider": "prometheus", "remoteWriteURL": "%s", "credentials": {"token": "%s"}, "headers": {"X-Key": "%s"},
          "queryURL": "%s", "queryCredentials": {"token": "%s"}, "queryHeaders": {"X-Query": "%s"}},
         {"provider": "prometheus", "remoteWriteURL": "%s", "credentials": {"username": "someone", "password": "%s"},
          "headers": {"X-Gateway": "%s"}},
         {"provider": "datadog", "apiURL": "%s", "apiKey": "%s", "appKey": "%s"},
         {"provider": "datadog", "apiURL": "%s", "api_key": "%s", "app_key": "%s"},
         {"provider": "prometheus", "remoteWriteURL": "https://x:%s@example.com/", "credentials": {"tokn": "%s"},
          "passwrd": "%s", "metrics": [{"sourceMetric": "vus", "secret": "%s"}]}]
        """.formatted(receiver.url("/good/write?key=" + canaries.secret("query")), canaries.secret("token"),
        canaries.secret("header"), receiver.url("/bad/query?key=" + canaries.secret("query of the question")),
        canaries.secret("query token"), canaries.secret("query header"),
        receiver.url("/bad/write?key=" + canaries.secret("bad query")), password,
        canaries.secret("bad header"), receiver.url("/good"), canaries.secret("apiKey"), canaries.secret("appKey"),
        receiver.url("/bad"), canaries.secret("bad apiKey"), canaries.secret("bad appKey"),
        canaries.secret("user info"),
        canaries.secret("mistyped token"), canaries.secret("mistyped password"), canaries.secret("misplaced"));
  }

  private void storeAndCheck(ServiceClient client, String blocks) throws IOException, InterruptedException {
    JsonNode good = JsonMapper.shared().createObjectNode().set("apm",
        JsonMapper.shared().createArrayNode().add(JsonMapper.shared().readTree(blocks).get(0)));
    ask(client, 200, "PUT", "/api/v1/apm-profiles/kept", good.toString());
    ask(client, 422, "PUT", "/api/v1/apm-profiles/broken", "{\"apm\": " + blocks + "}");
    ask(client, 200, "POST", "/api/v1/apm/check?connect=true", blocks);
    ask(client, 400, "POST", "/api/v1/apm/check", blocks.substring(0, blocks.length() - 40));
  }

  private String playRun(ServiceClient client, String blocks) throws IOException, InterruptedException {
    String options = "{\"cloud\": {\"name\": \"canary\", \"token\": \"" + canaries.secret("cloud.token")
        + "\", \"apm\": " + blocks + "}, \"env\": {\"KEY\": \"" + canaries.secret("env") + "\"}}";
    JsonNode created = client.create("canary", options);
    canaries.assertNoneIn("the answer to create", created.toString());
    String id = created.path("id").asString();
    logSecrets(client, id, blocks);
    var run = new ReplayedRun(RecordedRun.load(RecordedRun.ONE_SECOND), client, id, 3, Instant.now());
    run.play(50, _ -> {});
    run.await(view -> states(view).equals(List.of("done", "paused", "done", "paused", "disabled")), PATIENCE);
    return id;
  }

  /** As a script would that prints its own options; of a block that is disabled nothing is kept that could be compared. */
  private void logSecrets(ServiceClient client, String run, String blocks) throws IOException, InterruptedException {
    StringBuilder message = new StringBuilder("sent with " + ServiceProcess.TOKEN + ": ");
    JsonMapper.shared().readTree(blocks).valueStream().limit(4).forEach(message::append);
    ObjectNode push = JsonMapper.shared().createObjectNode();
    ObjectNode stream = push.putArray("streams").addObject();
    stream.putObject("stream").put("level", "info").put("error", message.toString());
    stream.putArray("values").addArray().add("1795208157646379241").add(message.toString());
    ask(client, 204, "POST", "/provisioning/v1/test_runs/" + run + "/logs", push.toString());
  }

  /** As k6 sends a script in which every secret is written out, and keeps the user's token beside them. */
  private void sendArchive(ServiceClient client, String blocks) throws IOException, InterruptedException {
    String token = canaries.secret("cloud.token of the archive");
    String variable = canaries.secret("env of the archive");
    String script = "export const options = {cloud: {token: '" + token + "', apm: " + blocks + "}}; // " + variable;
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    form.writeBytes(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"archive.tar\"\r\n\r\n".getBytes(UTF_8));
    form.writeBytes(archive("{\"options\": {\"cloud\": {\"token\": \"" + token + "\", \"apm\": " + blocks
        + "}, \"ext\": {\"loadimpact\": {\"token\": \"" + token + "\", \"apm\": " + blocks
        + "}}}, \"env\": {\"KEY\": \"" + variable + "\"}}", script));
    form.writeBytes("\r\n--x--\r\n".getBytes(UTF_8));
    HttpResponse<String> created = client.send("POST", "/v1/tests", BodyPublishers.ofByteArray(form.toByteArray()),
        "Content-Type", "multipart/form-data; boundary=x");
    assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
    canaries.assertNoneIn("the answer to create", created.body());
    String run = JsonMapper.shared().readTree(created.body()).path("reference_id").asString();
    assertThat(ask(client, 200, "GET", "/api/v1/test-runs/" + run + "/archive", ""))
        .contains("export const options = {cloud: {token: '****");
  }

  /** As k6 since 2.2 does: whoever has the signature in the address may write, so that is a secret as well. */
  private void putArchive(ServiceClient client) throws IOException, InterruptedException {
    HttpResponse<String> test = client.send("POST", "/cloud/v6/projects/1/load_tests", BodyPublishers.ofString(
        "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\ncanary\r\n--x--\r\n"), "Content-Type",
        "multipart/form-data; boundary=x");
    byte[] archive = archive("{\"options\": {}}", "export default () => {};");
    HttpResponse<String> started = client.send("POST",
        "/provisioning/v1/load_tests/" + JsonMapper.shared().readTree(test.body()).path("id").asString()
            + "/start_local_execution",
        BodyPublishers.ofString("{\"options\": {}, \"archive_size\": " + archive.length + "}"), "Content-Type",
        "application/json");
    JsonNode told = JsonMapper.shared().readTree(started.body());
    URI url = URI.create(told.path("archive_upload_url").asString());
    canaries.also("the signature", url.getQuery().replace("signature=", ""));
    canaries.also("the run's token", told.at("/runtime_config/test_run_token").asString());
    HttpResponse<String> put = client.send("PUT", url.getPath() + "?" + url.getQuery(),
        BodyPublishers.ofByteArray(archive), "Content-Type", "application/x-tar");
    assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    ask(client, 400, "PUT", url.getPath() + "?" + url.getQuery(), "another");
  }

  private static byte[] archive(String metadata, String script) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      entry(tar, "metadata.json", metadata);
      entry(tar, "data", script);
    }
    return bytes.toByteArray();
  }

  private static void entry(TarArchiveOutputStream tar, String name, String content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.getBytes(UTF_8).length);
    tar.putArchiveEntry(entry);
    tar.write(content.getBytes(UTF_8));
    tar.closeArchiveEntry();
  }

  private static List<String> states(JsonNode run) {
    return run.path("exports").valueStream().map(export -> export.path("state").asString()).toList();
  }

  private void readEverything(ServiceClient client, ServiceProcess service, String run, String operator)
      throws IOException, InterruptedException {
    String shown = ask(client, 200, "GET", "/api/v1/test-runs/" + run, "");
    assertThat(shown).contains("HTTP 401", "***", "readBackError"); // what the receiver said, without what it repeated
    assertThat(ask(client, 200, "GET", "/api/v1/test-runs/" + run + "/logs", "")).contains("sent with ***: ",
        "remoteWriteURL");
    for (String path : List.of("/api/v1/test-runs", "/runs/" + run, "/api/v1/apm-profiles", "/api/v1/apm-profiles/kept",
        "/v3/api-docs", "/actuator/health")) {
      ask(client, 200, "GET", path, "");
    }
    try (var owner = new ServiceClient(service.url(), operator)) {
      String tenants = ask(owner, 200, "GET", "/api/v1/tenants", "");
      String id = JsonMapper.shared().readTree(tenants).path("items").path(0).path("id").asString();
      ask(owner, 200, "GET", "/api/v1/tenants/" + id + "/tokens", "");
    }
  }

  private String ask(ServiceClient client, int status, String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = client.send(method, path, BodyPublishers.ofString(body), "Content-Type",
        "application/json");
    assertThat(answer.statusCode()).as("%s %s: %s", method, path, answer.body()).isEqualTo(status);
    canaries.assertNoneIn(method + " " + path, answer.body());
    return answer.body();
  }
}
