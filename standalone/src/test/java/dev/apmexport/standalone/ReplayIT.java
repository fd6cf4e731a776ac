package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.standalone.demo.Comparison;
import dev.apmexport.standalone.demo.LocalPrometheus;
import dev.apmexport.standalone.demo.PrometheusReader;
import dev.apmexport.standalone.demo.ReplayedRun;
import dev.apmexport.standalone.demo.RequiresProgram;
import dev.apmexport.standalone.demo.ServiceClient;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A recorded run that went to one Prometheus is replayed into another, which is empty and has an out-of-order window.
 * It waits for more than three minutes until the run takes no more pushes, beside other tests.
 */
@Execution(ExecutionMode.CONCURRENT)
class ReplayIT extends WithPrometheus {
  private static final double SPEED = 20;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @TempDir
  private Path folder;

  @Test
  void a_replayed_run_is_there_with_every_value_and_a_second_time_changes_nothing() throws Exception {
    Path program = RequiresProgram.named("prometheus", LocalPrometheus.find());
    var settings = new LocalPrometheus.Settings(Duration.ofHours(2), Duration.ofMillis(500));
    try (var empty = LocalPrometheus.start(program, folder.resolve("empty"), settings);
        ServiceClient client = service.client()) {
      ExportedRun exported = ExportedRun.create(client, prometheus);
      exported.run().play(SPEED, _ -> {});
      JsonNode view = exported.run().awaitEnd(PATIENCE);
      for (int times = 0; times < 2; times++) {
        JsonNode replay = replay(client, view.path("id").asString(), empty);
        Comparison held = held(exported.run(), empty);
        assertThat(held.allEqual()).as("%s%n%s%n%s", held.table(), held.differences(), replay).isTrue();
        assertThat(replay.at("/state").asString()).isEqualTo("done");
        assertThat(replay.at("/parts/0/report/exact").asBoolean()).as(replay.toString()).isTrue();
        assertThat(replay.at("/parts/0/report/expected").asInt()).isEqualTo(held.expected());
      }
      exported.assertExact();
    }
  }

  /** Asks for all of the run's points, with no more said than where they are to go, and waits for the end. */
  private static JsonNode replay(ServiceClient client, String run, LocalPrometheus to)
      throws IOException, InterruptedException {
    JsonNode asked = send(client, "POST", "/api/v1/replays", """
        {"testRunId": "%s", "mode": "everything", "destination":
          {"provider": "prometheus", "remoteWriteURL": "%s", "outOfOrder": "2h"}}""".formatted(run,
        to.remoteWriteUrl()));
    assertThat(asked.at("/id").isString()).as(asked.toString()).isTrue();
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    JsonNode shown = asked;
    while (shown.at("/endedAt").isNull()) {
      assertThat(System.nanoTime()).as(shown.toString()).isLessThan(giveUp);
      LockSupport.parkNanos(200_000_000);
      shown = send(client, "GET", "/api/v1/replays/" + asked.at("/id").asString(), "");
    }
    return shown;
  }

  private static JsonNode send(ServiceClient client, String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = client.send(method, path,
        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body), "Content-Type", "application/json");
    return JsonMapper.shared().readTree(answer.body());
  }

  private static Comparison held(ReplayedRun run, LocalPrometheus by) throws IOException, InterruptedException {
    return Comparison.of(run.truth(), new PrometheusReader(by.url()).read(run.selector(), run.begin(), run.end()));
  }
}
