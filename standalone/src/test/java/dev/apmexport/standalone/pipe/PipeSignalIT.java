package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./run pipe} when it is interrupted: the first signal lets it end its work, another one ends it. */
class PipeSignalIT extends WithPipe {
  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void after_a_signal_what_k6_still_writes_is_taken_and_sent(String signal) throws Exception {
    try (var receiver = new FakePrometheus(InstantSource.system(), 0);
        var pipe = new PipeProcess(folder, Map.of(URL, receiver.uri().toString()))) {
      List<String> lines = k6.lines();
      pipe.write(K6Lines.bytes(lines.subList(0, lines.size() / 2)));
      await().atMost(PATIENCE).until(() -> receiver.points() > 0);
      pipe.signal(signal);
      await().atMost(PATIENCE).until(() -> pipe.said().contains("Interrupted: what k6 still writes is taken"));
      PipeProcess.Ended ended = pipe.write(K6Lines.bytes(lines.subList(lines.size() / 2, lines.size()))).end();

      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(receiver.points()).isEqualTo(k6.windows(1).values().stream().mapToLong(Map::size).sum());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_second_signal_or_one_after_the_end_of_the_input_ends_the_drain_at_once(boolean inputEnds) throws Exception {
    try (var receiver = new FakePrometheus(InstantSource.system(), 0);
        var pipe = new PipeProcess(folder, Map.of(URL, receiver.uri().toString(), "APM_PIPE_DRAIN", "1h"))) {
      receiver.faults(() -> FakePrometheus.Fault.LOST);
      pipe.write(K6Lines.bytes(k6.lines()));
      await().atMost(PATIENCE).until(() -> pipe.said().contains("The destination says: "));
      if (inputEnds) {
        pipe.write("passed on when no more can come".getBytes(StandardCharsets.UTF_8)).in().close();
        await().atMost(PATIENCE).until(() -> pipe.passedOn().endsWith("no more can come"));
        await().pollDelay(Duration.ofMillis(500)).until(pipe::isAlive);
      } else {
        pipe.signal("INT");
        await().atMost(PATIENCE).until(() -> pipe.said().contains("Another signal ends it at once."));
      }
      PipeProcess.Ended ended = pipe.signal("INT").exited();

      assertThat(ended.exitCode()).isOne();
      assertThat(ended.err()).contains("Interrupted: what waits is not sent.");
      assertThat(ended.lastLine()).startsWith("Sent 0 points of ").contains("; 0 refused; ", " not sent (");
    }
  }
}
