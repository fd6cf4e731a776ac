package dev.apmexport.api.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;

/** The calls of a k6 that starts a local execution. */
abstract class WithProvisioning extends WithApi {
  static final String BLOCK = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/%s\","
      + "\"credentials\":{\"token\":\"canary\"}}";

  Answer loadTest(String project, String name) {
    return form(project, part("name", name));
  }

  Answer form(String project, String parts) {
    return send(request("/cloud/v6/projects/" + project + "/load_tests")
        .header("Content-Type", "multipart/form-data; boundary=x").POST(BodyPublishers.ofString(parts + "--x--\r\n")));
  }

  static String part(String name, String content) {
    return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
  }

  /** The start of a run, as k6 asks for it. */
  Answer start(String options, String size, String key) {
    return start("", options, size, key);
  }

  Answer start(String host, String options, String size, String key) {
    String test = loadTest("99", "checkout").at("/id");
    return post(host + "/provisioning/v1/load_tests/" + test + "/start_local_execution", "{\"options\":" + options
        + ",\"max_vus\":14,\"total_duration\":29,\"archive_size\":" + size + "}", "K6-Idempotency-Key", key);
  }

  Answer started(String options) {
    Answer started = start(options, "null", UUID.randomUUID().toString());
    assertThat(started.status()).as(started.text()).isEqualTo(200);
    return started;
  }

  static String options(String... blocks) {
    return "{\"cloud\":{\"apm\":[" + String.join(",", blocks) + "]}}";
  }

  /** A request to an absolute address, with the token that the answer gave. */
  static HttpRequest.Builder bearer(String url, String token) {
    return HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + token);
  }

  Answer ended(Answer started, String error) {
    return send(bearer("http://localhost:" + port + "/provisioning/v1/test_runs/" + started.at("/test_run_id")
        + "/notify", started.at("/runtime_config/test_run_token")).header("Content-Type", "application/json")
        .POST(BodyPublishers
            .ofString("{\"error\":" + error + ",\"event_type\":\"script_execution_completed\"}")));
  }

  static void v6(Answer answer, int status, String... reasons) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.type()).isEqualTo("application/json");
    assertThat(answer.json().at("/error/code").isString()).isTrue();
    assertThat(answer.at("/error/code")).isEqualTo(Integer.toString(status));
    assertThat(answer.at("/error/message")).contains(reasons).endsWith(".");
  }
}
