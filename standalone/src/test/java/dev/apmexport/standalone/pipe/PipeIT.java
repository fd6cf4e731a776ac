package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.standalone.demo.Comparison;
import dev.apmexport.standalone.demo.Expected;
import dev.apmexport.standalone.demo.LocalPrometheus;
import dev.apmexport.standalone.demo.OutputSeries;
import dev.apmexport.standalone.demo.PrometheusReader;
import dev.apmexport.standalone.demo.RequiresProgram;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./run pipe} as a process, fed with what a real k6 wrote. */
@Timeout(600)
class PipeIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String URL = "K6_PROMETHEUS_REMOTE_URL";
  private static final String PROGRESS = """

      running (00m01.0s), 1/1 VUs, 0 complete and 0 interrupted iterations
      default   [  10% ] 1 VUs  01.0s/10s
      """;

  @TempDir
  private Path folder;
  private final K6Lines k6 = new K6Lines();

  @ParameterizedTest(name = "flush period {0} s")
  @ValueSource(ints = {1, 3})
  void a_real_prometheus_holds_every_point_of_every_metric_with_its_value_and_no_other(int seconds) throws Exception {
    Path program = RequiresProgram.named("prometheus", LocalPrometheus.find());
    try (var prometheus = start(program)) {
      PipeProcess.Ended ended = run(
          Map.of(URL, prometheus.remoteWriteUrl().toString(), "K6_PROMETHEUS_FLUSH_PERIOD", seconds + "s"),
          K6Lines.bytes(k6.lines()));
      int expected = assertEqual(k6.windows(seconds), prometheus);

      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(ended.out()).isEmpty();
      assertThat(ended.lastLine()).startsWith("Sent %,d points of ".formatted(expected))
          .endsWith("; 0 refused; 0 not sent. accuracy: live only").contains(prometheus.remoteWriteUrl().toString());
    }
  }

  @Test
  void raw_brings_every_sample_at_its_own_time_to_a_real_prometheus() throws Exception {
    Path program = RequiresProgram.named("prometheus", LocalPrometheus.find());
    try (var prometheus = start(program)) {
      PipeProcess.Ended ended = run(
          Map.of("K6_PROMETHEUS_RW_SERVER_URL", prometheus.remoteWriteUrl().toString(), "K6_PROMETHEUS_MAPPING", "raw",
              "K6_KEEP_NAME_TAG", "false"),
          K6Lines.bytes(k6.lines()));
      int expected = assertEqual(k6.raw(), prometheus);

      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(expected + merged(ended.err())).isEqualTo(k6.samples().size());
    }
  }

  private static LocalPrometheus start(Path folder, Path program) throws Exception {
    return LocalPrometheus.start(program, folder.resolve("prometheus"), LocalPrometheus.Settings.DEFAULT);
  }

  private LocalPrometheus start(Path program) throws Exception {
    return start(folder, program);
  }

  private static int merged(String said) {
    return Integer.parseInt(said.lines().filter(line -> line.contains(" share series and millisecond")).findFirst()
        .orElse("0 ").replaceFirst(" .*", "").replace(",", ""));
  }

  private int assertEqual(SortedMap<OutputSeries, SortedMap<Long, Expected>> truth, LocalPrometheus prometheus)
      throws Exception {
    Comparison comparison = Comparison.of(truth,
        new PrometheusReader(prometheus.url()).read("{__name__=~\"k6_.*\"}", k6.begin(), k6.end()));
    assertThat(comparison.allEqual()).as("%s", comparison.differences()).isTrue();
    return comparison.expected();
  }

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

  @Test
  void all_faults_of_the_settings_are_told_at_once_and_nothing_is_sent() throws Exception {
    PipeProcess.Ended ended = run(Map.of(URL, "ftp://canary:canary@host/", "K6_PROMETHEUS_MAPPING", "cooked",
        "K6_PROMETHEUS_FLUSH_PERIOD", "often", "K6_KEEP_TAGS", "perhaps", "K6_PROMETHEUS_USER", "foo"), new byte[0]);

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("Wrong: K6_PROMETHEUS_REMOTE_URL must be", "Wrong: K6_PROMETHEUS_MAPPING must be",
        "Wrong: K6_PROMETHEUS_FLUSH_PERIOD must be", "Wrong: K6_KEEP_TAGS must be true or false, got \"perhaps\"",
        "needs both").doesNotContain("canary");
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

  @Test
  void an_argument_that_is_no_flag_is_not_shown_whole() throws Exception {
    PipeProcess.Ended ended = run(Map.of(), new byte[0], "K6_PROMETHEUS_PASSWORD=canary", "http://foo:canary@host/w",
        "--out");

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).doesNotContain("canary").contains("does not know \"K6_PROMETHEUS_PASSWORD=…\". Variables "
        + "stand before it", "does not know one of its arguments, which is not shown", "does not know \"--out\".");
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

  private static String counter(String metric) {
    return "{\"type\":\"Metric\",\"data\":{\"name\":\"" + metric + "\",\"type\":\"counter\",\"contains\":\"default\"},"
        + "\"metric\":\"" + metric + "\"}";
  }

  private static String sample(String metric, long second) {
    return "{\"metric\":\"" + metric + "\",\"type\":\"Point\",\"data\":{\"time\":\"" + Instant.ofEpochSecond(second)
        + "\",\"value\":1,\"tags\":{}}}";
  }

  /** One iteration after the other, in one window of 10 s. */
  private static List<String> counts(long second, int iterations) {
    List<String> lines = new ArrayList<>(List.of(counter("iterations")));
    for (int i = 0; i < iterations; i++) {
      lines.add(sample("iterations", second + i));
    }
    return lines;
  }

  private PipeProcess.Ended run(Map<String, String> settings, byte[] input, String... flags) throws Exception {
    try (var pipe = new PipeProcess(folder, settings, flags)) {
      try {
        pipe.write(input);
      } catch (IOException gone) {
        // It may have ended before it had read all.
      }
      return pipe.end();
    }
  }
}
