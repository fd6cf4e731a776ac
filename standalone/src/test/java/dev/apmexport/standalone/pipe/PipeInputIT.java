package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What {@code ./run pipe} makes of its input: text for people, packed samples, none, some that it must leave out. */
class PipeInputIT extends WithPipe {
  private static final String PROGRESS = """

      running (00m01.0s), 1/1 VUs, 0 complete and 0 interrupted iterations
      default   [  10% ] 1 VUs  01.0s/10s
      """;

  @Test
  void what_k6_says_to_people_goes_through_and_samples_it_stands_in_are_whole() throws Exception {
    try (var receiver = new FakePrometheus(InstantSource.system(), 0)) {
      String text = new String(K6Lines.bytes(k6.lines()), StandardCharsets.UTF_8);
      StringBuilder mixed = new StringBuilder("\n         /\\      Grafana   /‾‾/\n");
      int blocks = 0;
      for (int from = 0; from < text.length(); from += 4096) {
        mixed.append(text, from, Math.min(text.length(), from + 4096));
        if (from % (4096 * 50) == 0 && from + 4096 < text.length()) {
          mixed.append(PROGRESS);
          blocks++;
        }
      }
      String summary = "\n     checks.........................: 96.10% ✓ 1234 ✗ 50\n{\n  \"metrics\": {}\n}\n";
      PipeProcess.Ended ended = run(Map.of(URL, receiver.uri().toString()),
          mixed.append(summary).toString().getBytes(StandardCharsets.UTF_8));

      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(ended.out()).startsWith("\n         /\\      Grafana   /‾‾/\n").endsWith(summary);
      assertThat(ended.out().split("running \\(00m01.0s\\)", -1)).hasSize(blocks + 1);
      assertThat(ended.out()).doesNotContain("\"Point\"");
      assertThat(receiver.points()).isEqualTo(k6.windows(1).values().stream().mapToLong(Map::size).sum());
      assertThat(receiver.violations()).isEmpty();
    }
  }

  @Test
  void no_sample_is_not_a_success_and_a_packed_file_is_read_like_k6s_own() throws Exception {
    try (var receiver = new FakePrometheus(InstantSource.system(), 0)) {
      PipeProcess.Ended nothing = run(Map.of(URL, receiver.uri().toString()), "could not load script\n".getBytes(
          StandardCharsets.UTF_8));
      assertThat(nothing.exitCode()).isOne();
      assertThat(nothing.out()).isEqualTo("could not load script\n");
      assertThat(nothing.err()).contains("No sample of k6 has come.");

      var packed = new ByteArrayOutputStream();
      try (var gzip = new GZIPOutputStream(packed)) {
        gzip.write(K6Lines.bytes(k6.lines()));
      }
      PipeProcess.Ended ended = run(Map.of(URL, receiver.uri().toString()), packed.toByteArray());
      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(receiver.points()).isPositive();
    }
  }

  @Test
  void why_samples_were_left_out_with_their_series_is_said_right_after_it() throws Exception {
    try (var receiver = new FakePrometheus(InstantSource.system(), 0)) {
      long second = System.currentTimeMillis() / 1000 - 60;
      PipeProcess.Ended ended = run(Map.of(URL, receiver.uri().toString()), K6Lines.bytes(List.of(
          counter("a-b"), counter("a_b"), sample("a-b", second), sample("a_b", second))));

      assertThat(ended.exitCode()).isOne();
      assertThat(ended.err()).contains("1 samples were left out with their series; the next line says why.\n"
          + "The metrics \"a-b\" and \"a_b\" both become k6_a_b; ");
    }
  }
}
