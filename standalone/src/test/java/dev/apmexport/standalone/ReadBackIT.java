package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.standalone.demo.DemoExport;
import dev.apmexport.standalone.demo.FaultProxy;
import dev.apmexport.standalone.demo.FaultProxy.Fault;
import dev.apmexport.standalone.demo.RecordedRun;
import dev.apmexport.standalone.demo.ReplayedRun;
import dev.apmexport.standalone.demo.ServiceClient;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The whole service reads a run back from a Prometheus, and the run's report by API tells it. */
class ReadBackIT extends WithPrometheus {
  private static final double SPEED = 50;
  private static final int RESAMPLE_SECONDS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Test
  void what_is_all_there_is_verified() throws Exception {
    JsonNode report = report(prometheus.url().toString());

    assertThat(report.path("exact").asBoolean()).as(report.toString()).isTrue();
    assertThat(report.path("verified").asBoolean()).as(report.toString()).isTrue();
    assertThat(report.path("pointsRead").asLong()).isEqualTo(report.path("expected").asLong()).isPositive();
    assertThat(report.path("differences").isEmpty()).isTrue();
  }

  @Test
  void what_was_accepted_and_lost_is_exact_and_not_verified() throws Exception {
    JsonNode report = report(prometheus.url() + "/", Fault.NONE, Fault.NONE, Fault.NONE, Fault.SWALLOWED);

    assertThat(report.path("exact").asBoolean()).as(report.toString()).isTrue();
    assertThat(report.path("verified").isBoolean()).as(report.toString()).isTrue();
    assertThat(report.path("verified").asBoolean()).isFalse();
    assertThat(report.path("differences").size()).isPositive().isEqualTo(report.path("pointsDifferent").asInt());
    assertThat(report.path("differences")).allSatisfy(one -> {
      assertThat(one.path("series").asString()).startsWith("k6_");
      assertThat(one.path("expected").isNumber()).isTrue();
      assertThat(one.path("found").isNull()).isTrue();
    });
  }

  @Test
  void a_destination_that_does_not_understand_the_question_proves_nothing() throws Exception {
    JsonNode report = report(prometheus.url() + "/nowhere");

    assertThat(report.path("exact").asBoolean()).as(report.toString()).isTrue();
    assertThat(report.path("verified").isNull()).as(report.toString()).isTrue();
    assertThat(report.path("readBackError").asString()).contains("/nowhere answers HTTP 404");
  }

  /** Plays a run that a Prometheus is asked for here; returns its report. */
  private JsonNode report(String query, Fault... faults) throws Exception {
    try (ServiceClient client = service.client(); var proxy = new FaultProxy(prometheus.remoteWriteUrl())) {
      proxy.next(faults);
      JsonNode options = JsonMapper.shared().readTree(DemoExport.options(proxy.url(), RESAMPLE_SECONDS));
      ((ObjectNode) options.at("/cloud/apm/0")).put("queryURL", query);
      String id = client.create("read back", options.toString()).path("id").asString();
      var run = new ReplayedRun(RecordedRun.load(RecordedRun.ONE_SECOND), client, id, RESAMPLE_SECONDS, Instant.now());
      run.play(SPEED, _ -> {});
      return run.awaitEnd(PATIENCE).path("exports").path(0).path("reconciliation");
    }
  }
}
