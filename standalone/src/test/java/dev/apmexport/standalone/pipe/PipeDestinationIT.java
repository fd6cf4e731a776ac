package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code ./run pipe} tells of a destination that refuses points, or that cannot be reached. */
class PipeDestinationIT extends WithPipe {
  @Test
  void refused_points_are_counted_with_the_destinations_words() throws Exception {
    try (var receiver = new FakePrometheus(InstantSource.system(), 0)) {
      receiver.poison("k6_vus_max{env=\"staging\", team=\"shop\"}");
      PipeProcess.Ended ended = run(Map.of(URL, receiver.uri().toString()), K6Lines.bytes(k6.lines()));

      assertThat(ended.exitCode()).isOne();
      long refused = k6.windows(1).entrySet().stream().filter(one -> one.getKey().name().equals("k6_vus_max"))
          .mapToLong(one -> one.getValue().size()).sum();
      assertThat(ended.lastLine()).contains("; " + refused + " refused (HTTP 400: poison, first of k6_vus_max{",
          "; 0 not sent.");
    }
  }

  @Test
  void a_destination_that_is_away_is_told_at_once_and_at_the_end() throws Exception {
    try (var pipe = new PipeProcess(folder,
        Map.of(URL, "http://user-less.invalid.localhost:9/w", "APM_PIPE_DRAIN", "2s", "K6_PROMETHEUS_USER", "foo",
            "K6_PROMETHEUS_PASSWORD", "canary-secret"))) {
      pipe.write(K6Lines.bytes(k6.lines()));
      await().atMost(PATIENCE).until(() -> pipe.said().contains("The destination says: No answer from http://"));
      PipeProcess.Ended ended = pipe.end();

      assertThat(ended.exitCode()).isOne();
      assertThat(ended.lastLine()).startsWith("Sent 0 points of ").contains("; 0 refused; ", " not sent (No answer")
          .doesNotContain("; 0 not sent");
      assertThat(ended.err() + ended.out()).doesNotContain("canary");
    }
  }

  @Test
  void a_wrong_token_is_told_and_nothing_is_claimed() throws Exception {
    try (var server = new LoopbackServer()) {
      server.answer(LoopbackServer.Answer.of(401, "who are you, canary-token?"));
      PipeProcess.Ended ended;
      try (var pipe = new PipeProcess(folder, Map.of("K6_PROMETHEUS_RW_SERVER_URL", server.uri("/w").toString(),
          "K6_PROMETHEUS_RW_BEARER_TOKEN", "canary-token", "APM_PIPE_DRAIN", "1s"))) {
        pipe.write(K6Lines.bytes(k6.lines()));
        await().atMost(PATIENCE).until(() -> pipe.said().contains("The destination says: HTTP 401"));
        ended = pipe.end();
      }

      assertThat(ended.exitCode()).isOne();
      assertThat(ended.lastLine()).startsWith("Sent 0 points").contains("not sent (HTTP 401: who are you, ***?)");
      assertThat(server.requests().getFirst().headers()).containsEntry("Authorization", "Bearer canary-token");
      assertThat(ended.err()).doesNotContain("canary");
    }
  }
}
