package dev.apmexport.api.k6;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.RecordedSession;
import dev.apmexport.api.WithApi;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What real k6 binaries sent through the first generation of its protocol. */
class RecordedSessionsTest extends WithApi {
  @ParameterizedTest
  @CsvSource({"run-o-cloud,84", "run-o-cloud-default-config,8"})
  void a_k6_run_o_cloud_is_answered_as_k6_wants_it(String name, int pushes) {
    RecordedSession session = RecordedSession.read(Path.of("src/test/resources/capture", name),
        Path.of("../standalone/src/main/resources/capture", name));
    session.replay(this);

    assertThat(records(session.run())).isEqualTo(pushes + 1);
    assertThat(get("/api/v1/test-runs/" + session.run()).at("/state")).isEqualTo("finishing");
    assertThat(get("/api/v1/test-runs/" + session.run()).at("/name")).isEqualTo("Shop checkout");
  }

  @Test
  void a_k6_cloud_run_local_execution_is_exported_as_its_archive_says() {
    RecordedSession session = RecordedSession.of("cloud-run-local-execution-1.8");
    Answer created = session.replay(this).getFirst().answer();

    Answer run = get("/api/v1/test-runs/" + session.run());
    assertThat(run.at("/name")).isEqualTo("Shop checkout");
    assertThat(run.at("/state")).isEqualTo("finishing");
    assertThat(run.json().path("exports").valueStream().map(export -> export.path("provider").asString()))
        .containsExactly("prometheus", "DataDog");
    assertThat(created.at("/config/aggregationPeriod")).isEqualTo("1s"); // divides the rates of both, 3 and 1
    assertThat(created.text()).doesNotContain("dd-api-key", "no apm block");
    assertThat(records(session.run())).isEqualTo(43);
    assertThat(jdbc.sql("select options from test_run where id = ?").param(Long.parseLong(session.run()))
        .query(String.class).single()).isEqualTo("{\"thresholds\":{\"checks\":[\"rate>0.5\"],"
            + "\"http_req_duration\":[\"p(95)<2000\"],\"http_req_duration{scenario:search}\":[\"p(99)<3000\"]},"
            + "\"projectID\":99}");
    assertThat(get("/api/v1/test-runs/" + session.run() + "/archive").status()).isEqualTo(404);
  }
}
