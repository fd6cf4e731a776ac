package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One {@code ./run pipe} after another, to the same receiver and with the same series. */
class PipeAgainIT extends WithPipe {
  @Test
  void a_second_run_right_after_the_first_goes_on_with_its_series() throws Exception {
    try (var receiver = new FakePrometheus(InstantSource.system(), 0)) {
      Map<String, String> settings = Map.of(URL, receiver.uri().toString(), "K6_KEEP_TAGS", "false",
          "K6_PROMETHEUS_FLUSH_PERIOD", "10s", "K6_PROMETHEUS_RW_STALE_MARKERS", "true");
      long window = Math.floorDiv(System.currentTimeMillis() / 1000, 10L) * 10 - 60;
      PipeProcess.Ended first = run(settings, K6Lines.bytes(counts(window, 7)));
      PipeProcess.Ended second = run(settings, K6Lines.bytes(counts(window + 10, 3)));

      assertThat(List.of(first.exitCode(), second.exitCode())).as(first.err() + second.err()).containsOnly(0);
      assertThat(first.lastLine()).startsWith("Sent 3 points of 1 series to ").contains("(1 stale markers included)");
      assertThat(new ArrayList<>(receiver.content().get("k6_iterations").values())).hasSize(6).startsWith(0.0, 7.0)
          .containsSubsequence(0.0, 3.0);
    }
  }

  @Test
  void a_run_that_begins_in_the_window_in_which_another_ended_loses_that_window_and_no_more() throws Exception {
    try (var receiver = new FakePrometheus(InstantSource.system(), 0)) {
      Map<String, String> settings = Map.of(URL, receiver.uri().toString(), "K6_PROMETHEUS_FLUSH_PERIOD", "10s");
      long window = Math.floorDiv(System.currentTimeMillis() / 1000, 10L) * 10 - 60;
      PipeProcess.Ended first = run(settings, K6Lines.bytes(counts(window, 7)));
      PipeProcess.Ended second = run(settings, K6Lines.bytes(counts(window + 8, 5)));

      assertThat(first.exitCode()).as(first.err()).isZero();
      assertThat(second.exitCode()).isOne();
      assertThat(second.err()).startsWith("Sending to " + receiver.uri() + ", windows of 10 s.\n");
      assertThat(second.lastLine()).startsWith("Sent 1 points of 1 series").contains("; 2 refused (HTTP 400: ");
      assertThat(receiver.content().get("k6_iterations")).containsEntry((window + 10) * 1000, 7.0)
          .containsEntry((window + 20) * 1000, 5.0);
    }
  }

  /** One iteration after the other, in one window of 10 s. */
  private static List<String> counts(long second, int iterations) {
    List<String> lines = new ArrayList<>(List.of(counter("iterations")));
    for (int i = 0; i < iterations; i++) {
      lines.add(sample("iterations", second + i));
    }
    return lines;
  }
}
