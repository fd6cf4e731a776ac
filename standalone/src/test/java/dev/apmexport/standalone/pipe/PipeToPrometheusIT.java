package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.standalone.demo.Comparison;
import dev.apmexport.standalone.demo.Expected;
import dev.apmexport.standalone.demo.LocalPrometheus;
import dev.apmexport.standalone.demo.OutputSeries;
import dev.apmexport.standalone.demo.PrometheusReader;
import dev.apmexport.standalone.demo.RequiresProgram;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./run pipe} into a real Prometheus, which then holds what k6 measured. */
class PipeToPrometheusIT extends WithPipe {
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

  private LocalPrometheus start(Path program) throws Exception {
    return LocalPrometheus.start(program, folder.resolve("prometheus"), LocalPrometheus.Settings.DEFAULT);
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
}
