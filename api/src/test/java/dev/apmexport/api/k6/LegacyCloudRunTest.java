package dev.apmexport.api.k6;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

/** {@code k6 cloud run} and {@code k6 cloud upload} up to 1.8, which would have the script run here. */
class LegacyCloudRunTest extends WithForms {
  @Test
  void the_first_call_is_refused_with_what_to_use_instead() {
    Answer answer = post("/v1/validate-options", "{\"options\":{\"cloud\":{\"token\":\"canary\"}}}");

    assertThat(answer.status()).isEqualTo(422); // k6 tries 429 and 5xx again
    assertThat(answer.type()).startsWith("application/json");
    assertThat(answer.json().at("/error/code").isInt()).isTrue();
    assertThat(answer.at("/error/message")).contains("does not execute scripts",
        "k6 cloud run --local-execution script.js", "k6 run -o cloud script.js").doesNotContain("canary");
  }

  @Test
  void so_are_those_that_would_follow() {
    String run = newRun();
    Answer upload = send(request("/v1/archive-upload").header("Content-Type", "multipart/form-data; boundary=x")
        .POST(BodyPublishers.ofInputStream(() -> parts(text("name", "x"), file(archive("{}", "")), bytes(END)))));

    assertThat(upload.at("/error/message")).isEqualTo(CloudExecution.REFUSAL);
    assertThat(get("/v1/test-progress/" + run).at("/error/message")).isEqualTo(CloudExecution.REFUSAL);
    assertThat(post("/v1/tests/" + run + "/stop", "{}").at("/error/message")).isEqualTo(CloudExecution.REFUSAL);
    assertThat(get("/api/v1/test-runs/" + run).at("/state")).isEqualTo("created");
  }

  @Test
  void a_large_archive_is_refused_as_well() {
    byte[] large = new byte[20 << 20];
    Answer upload = send(request("/v1/archive-upload").header("Content-Type", "multipart/form-data; boundary=x")
        .POST(BodyPublishers.ofInputStream(() -> parts(file(new ByteArrayInputStream(large)), bytes(END)))));

    assertThat(upload.at("/error/message")).isEqualTo(CloudExecution.REFUSAL);
  }
}
