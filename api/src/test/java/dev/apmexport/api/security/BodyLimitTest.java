package dev.apmexport.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyLimitTest extends WithApi {
  private static final String RUNS = "/api/v1/test-runs";

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_body_of_json_has_a_greatest_length_whether_it_says_its_length_or_not(boolean chunked) {
    Answer most = send(json(RUNS, body(BodyLimit.MAX_BYTES, chunked)));
    assertThat(most.status()).as(most.text()).isEqualTo(201);
    Answer more = send(json(RUNS, body(BodyLimit.MAX_BYTES + 1, chunked)));
    assertThat(more.status()).isEqualTo(413);
    assertThat(more.type()).startsWith("application/problem+json");
    assertThat(more.at("/detail")).isEqualTo("The body is larger than 4194304 bytes.");
    Answer k6 = send(json("/v1/tests", body(BodyLimit.MAX_BYTES + 1, chunked)));
    assertThat(k6.status()).isEqualTo(413);
    assertThat(k6.at("/error/message")).isEqualTo(more.at("/detail"));
  }

  @Test
  void a_body_that_is_too_long_at_the_end_of_a_run_leaves_it_open() {
    String run = newRun();

    assertThat(send(json("/v1/tests/" + run, body(BodyLimit.MAX_BYTES + 1, true))).status()).isEqualTo(413);
    assertThat(get(RUNS + "/" + run).at("/state")).isEqualTo("created");
  }

  @Test
  void a_stranger_is_told_to_bring_a_token_whatever_the_length() {
    token = "";

    assertThat(send(json(RUNS, body(BodyLimit.MAX_BYTES + 1, true))).status()).isEqualTo(401);
  }

  @Test
  void a_multipart_body_that_cannot_be_read_is_told_as_such() {
    Answer answer = send(
        request("/v1/tests").header("Content-Type", "multipart/form-data").POST(BodyPublishers.ofString("--x")));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/error/message")).contains("boundary");
  }

  @Test
  void samples_may_be_longer() {
    String line = "{\"type\":\"Metric\",\"data\":{\"name\":\"my\",\"type\":\"counter\"},\"metric\":\"my\"}\n";
    byte[] lines = line.repeat(BodyLimit.MAX_BYTES / line.length() + 1).getBytes(StandardCharsets.UTF_8);

    assertThat(push(RUNS + "/" + newRun() + "/samples", lines).status()).isEqualTo(200);
  }

  private HttpRequest.Builder json(String path, BodyPublisher body) {
    return request(path).header("Content-Type", "application/json").POST(body);
  }

  private static BodyPublisher body(int length, boolean chunked) {
    String name = "{\"name\":\"long\"";
    byte[] body = (name + " ".repeat(length - name.length() - 1) + "}").getBytes(StandardCharsets.UTF_8);
    return chunked ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
        : BodyPublishers.ofByteArray(body);
  }
}
