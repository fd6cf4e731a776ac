package dev.apmexport.api.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.RecordedRequest;
import dev.apmexport.api.RecordedSession;
import dev.apmexport.api.WithApi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real k6 2.2 sent in {@code k6 cloud run --local-execution}; every answer is judged while it is replayed. */
class RecordedLocalExecutionTest extends WithApi {
  private static final int PUSHES = 39;

  @ParameterizedTest
  @ValueSource(strings = {"", "/p/staging"})
  void a_k6_that_is_told_all_this_runs_to_its_end(String host) {
    RecordedSession session = RecordedSession.of("cloud-run-local-execution-2.2");
    assertThat(session.replay(this, host)).hasSize(51);

    assertThat(session.requests().stream().filter(RecordedRequest::isPush)).hasSize(PUSHES);
    assertThat(records(session.run())).isEqualTo(PUSHES + 1);
    Answer run = get("/api/v1/test-runs/" + session.run());
    assertThat(run.at("/name")).isEqualTo("Shop checkout");
    assertThat(run.at("/state")).isEqualTo("finishing");
    for (int index = 0; index < 2; index++) {
      assertThat(run.at("/exports/" + index + "/provider")).isEqualTo(index == 0 ? "prometheus" : "DataDog");
      assertThat(run.at("/exports/" + index + "/state")).isEqualTo("live");
    }
    assertThat(get("/cloud/v6/test_runs/" + session.run()).at("/status")).isEqualTo("completed");
    assertThat(stored(session, "options")).contains("{\"thresholds\":{\"checks\":[\"rate>0.5\"]",
        "\"http_req_duration{scenario:search}\":[\"p(99)<3000\"]").doesNotContain("dd-api-key");
    assertThat(stored(session, "outcome")).isEqualTo("{\"run_status\":3}");
  }

  private String stored(RecordedSession session, String column) {
    return jdbc.sql("select " + column + " from test_run where id = ?").param(Long.parseLong(session.run()))
        .query(String.class).single();
  }
}
