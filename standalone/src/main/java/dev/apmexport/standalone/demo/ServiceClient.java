package dev.apmexport.standalone.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks to the service as k6 and a CI script would. Unlike k6 it repeats a push, byte for byte and with its key, until
 * it gets a 2xx: what is compared afterwards is the service, not k6's patience.
 */
public final class ServiceClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI service;
  private final String token;

  public ServiceClient(URI service, String token) {
    this.service = service;
    this.token = token;
  }

  public boolean isHealthy() throws InterruptedException {
    try {
      return send("GET", "/actuator/health", BodyPublishers.noBody()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes a run and returns the answer. */
  public JsonNode create(String name, String options) throws IOException, InterruptedException {
    String body = "{\"name\": " + JSON.writeValueAsString(name) + ", \"options\": " + options + "}";
    HttpResponse<String> answer = send("POST", "/api/v1/test-runs", BodyPublishers.ofString(body), "Content-Type",
        "application/json");
    if (answer.statusCode() != 201) {
      throw new IOException("The run was not created: HTTP " + answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  /** Pushes as k6 does, until the service has it. */
  public void push(String testRunId, Push push) throws IOException, InterruptedException {
    pushTo("", testRunId, push);
  }

  /** The same as one of several load generators. */
  public void push(String instance, String testRunId, Push push) throws IOException, InterruptedException {
    pushTo("/i/" + instance, testRunId, push);
  }

  private void pushTo(String host, String testRunId, Push push) throws IOException, InterruptedException {
    persist(host + "/v2/metrics/" + testRunId, BodyPublishers.ofByteArray(push.snappyMetricSet()), "Content-Type",
        "application/x-protobuf", "Content-Encoding", "snappy", "K6-Metrics-Protocol-Version", "2.0",
        "K6-Idempotency-Key",
        push.idempotencyKey());
  }

  /** Finishes as k6 does. */
  public void finish(String testRunId, byte[] body) throws IOException, InterruptedException {
    persist("/v1/tests/" + testRunId, BodyPublishers.ofByteArray(body), "Content-Type", "application/json");
  }

  public JsonNode run(String testRunId) throws IOException, InterruptedException {
    return JSON.readTree(send("GET", "/api/v1/test-runs/" + testRunId, BodyPublishers.noBody()).body());
  }

  /** Any request, with any headers beside the token; for tests of single answers. */
  public HttpResponse<String> send(String method, String path, BodyPublisher body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(service.resolve(path)).method(method, body)
        .timeout(Duration.ofSeconds(70)).header("Authorization", "Token " + token);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private void persist(String path, BodyPublisher body, String... headers) throws IOException, InterruptedException {
    Instant giveUp = Instant.now().plus(PATIENCE);
    String last = "";
    while (Instant.now().isBefore(giveUp)) {
      try {
        HttpResponse<String> answer = send("POST", path, body, headers);
        if (answer.statusCode() / 100 == 2) { return; }
        last = "HTTP " + answer.statusCode() + " " + answer.body();
      } catch (IOException e) {
        last = e.toString();
      }
      Thread.sleep(PAUSE);
    }
    throw new IOException(path + " was not taken within " + PATIENCE.toSeconds() + " s. Last answer: " + last);
  }

  @Override
  public void close() {
    http.close();
  }
}
