package dev.apmexport.api.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.k6.MetricSets;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

/**
 * {@code K6_CLOUD_PUSH_REF_ID}, {@code K6_CLOUD_METRICS_PUSH_URL} and {@code K6_CLOUD_TEST_RUN_TOKEN} with
 * {@code k6 cloud run --local-execution} of k6 2.2: nothing comes but pushes, with the run's token and without a key, and
 * with {@code K6_CLOUD_LOGS_PUSH_URL} k6's log.
 */
class MetricsPushUrlTest extends WithProvisioning {
  private final MetricSets samples = samples();

  @Test
  void a_run_that_was_made_over_rest_takes_pushes_with_its_own_token() {
    String run = post("/api/v1/test-runs", "{\"name\":\"nightly\"}").at("/id");
    Answer made = post("/api/v1/test-runs/" + run + "/tokens", "{}");

    assertThat(made.status()).as(made.text()).isEqualTo(201);
    for (int tries = 0; tries < 3; tries++) {
      assertThat(pushed(made, run)).isEqualTo(200);
    }
    assertThat(records(run)).as("the same bytes count once").isEqualTo(1);
    assertThat(get("/api/v1/test-runs/" + run).at("/state")).isEqualTo("running");
  }

  @Test
  void the_log_comes_with_the_same_token() {
    String run = post("/api/v1/test-runs", "{\"name\":\"nightly\"}").at("/id");
    Answer made = post("/api/v1/test-runs/" + run + "/tokens", "{\"instance\":\"lg-1\"}");

    String line = "{\"streams\":[{\"stream\":{\"level\":\"info\"},\"values\":[[\"1795208157646379241\",\"up\"]]}]}";
    Answer logged = send(
        bearer("http://localhost:" + port + "/provisioning/v1/test_runs/" + run + "/logs", made.at("/token"))
            .header("Content-Type", "application/json").POST(BodyPublishers.ofString(line)));
    assertThat(logged.status()).as(logged.text()).isEqualTo(204);
    assertThat(get("/api/v1/test-runs/" + run + "/logs").at("/items/0/message")).isEqualTo("up");
  }

  private int pushed(Answer made, String run) {
    byte[] body = pushOf(run, samples);
    return send(bearer(made.at("/metricsPushURL"), made.at("/token")).header("Content-Encoding", "snappy")
        .header("Content-Type", "application/x-protobuf").header("K6-Metrics-Protocol-Version", "2.0")
        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))).status();
  }
}
