package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.standalone.demo.ServiceClient;
import dev.apmexport.standalone.demo.SharedRun;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Four load generators push to one run that was made before, in real time: two are told apart by their path, two by
 * their tokens, all repeat some pushes, and one is 3 s slower than the others.
 */
@Timeout(600)
class LoadGeneratorsIT extends WithPrometheus {
  private static final int SENDERS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Test
  void four_together_are_one_and_nothing_is_late() throws Exception {
    try (ServiceClient client = service.client();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      SharedRun run = SharedRun.create(client, prometheus.remoteWriteUrl(), SENDERS);
      List<Future<?>> sending = new ArrayList<>();
      for (int sender = 0; sender < SENDERS; sender++) {
        String instance = "lg-" + (sender + 1);
        Duration delay = Duration.ofSeconds(sender == 3 ? 3 : 0);
        int part = sender;
        String token = sender < 2 ? ServiceProcess.TOKEN : token(client, run.testRunId(), instance);
        sending.add(threads.submit(() -> {
          try (ServiceClient own = new ServiceClient(service.url(), token)) {
            run.send(part, delay, push -> {
              for (int retry = 0; retry < 2; retry++) {
                if (part < 2) {
                  own.push(instance, run.testRunId(), push);
                } else {
                  own.push(run.testRunId(), push);
                }
              }
            });
          }
          return null;
        }));
      }
      for (Future<?> one : sending) {
        one.get();
      }
      client.send("POST", "/api/v1/test-runs/" + run.testRunId() + "/finish", BodyPublishers.noBody());

      JsonNode view = run.awaitEnd(PATIENCE);
      run.assertExact(prometheus);
      JsonNode export = view.path("exports").path(0);
      assertThat(export.path("lateSamples").asLong(-1)).as(view.toString()).isZero();
      assertThat(export.path("reconciliation").path("exact").asBoolean()).as(view.toString()).isTrue();
      assertThat(view.path("generators").valueStream().map(one -> one.path("name").asString()))
          .containsExactly("lg-1", "lg-2", "lg-3", "lg-4");
      assertThat(view.path("generators").valueStream().map(one -> one.path("pushes").asInt()))
          .containsExactlyElementsOf(run.pushes());
    }
  }

  private static String token(ServiceClient client, String testRunId, String instance) throws Exception {
    HttpResponse<String> made = client.send("POST", "/api/v1/test-runs/" + testRunId + "/tokens",
        BodyPublishers.ofString("{\"instance\":\"" + instance + "\"}"), "Content-Type", "application/json");
    assertThat(made.statusCode()).isEqualTo(201);
    return JsonMapper.shared().readTree(made.body()).path("token").asString();
  }
}
