package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.reconcile.ReconciliationReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A recorded run, sent in Datadog's language to a receiver that others wrote, is read again there as it was measured. */
class VictoriaMetricsIT {
  private static final Map<String, String> TAGS = Map.of("test_run_id", LibraryExport.TEST_RUN_ID, "env", "staging",
      "host", "k6");
  private static final List<Expectation> EXPECTATIONS = List.of(Expectation.of("vus", "k6.vus"),
      Expectation.of("iterations", "k6.iterations"), Expectation.of("data_sent", "k6.data_sent"),
      Expectation.of("data_received", "k6.data_received"), Expectation.of("http_reqs", "k6.http_reqs"),
      Expectation.of("http_req_duration", "k6.http_req_duration"), Expectation.of("vus_max", "k6.vus_max"),
      Expectation.of("stock", "k6.stock"), Expectation.of("balance", "k6.balance"),
      Expectation.of("cart_value", "k6.cart_value"), Expectation.of("checks", "k6.checks", "check"),
      Expectation.of("orders", "k6.orders", "kind"),
      Expectation.of("http_req_duration", "shop.request", "name", "method", "status"),
      Expectation.of("http_reqs", "shop.errors", "name").where(tags -> "500".equals(tags.get("status"))));

  @TempDir
  private Path folder;

  @ParameterizedTest(name = "{0}, R = {1}")
  @CsvSource({"run-o-cloud, 1", "run-o-cloud, 3", "run-o-cloud-default-config, 3"})
  void every_point_sent_to_its_datadog_intake_is_read_again(String name, int resampleSeconds) throws Exception {
    Path program = RequiresProgram.named("victoria-metrics", LocalVictoriaMetrics.find());
    var recording = new Recording(name);
    try (var receiver = LocalVictoriaMetrics.start(program, folder); var export = new LibraryExport()) {
      ReconciliationReport report = export.run(recording.log(recording.pushes()), recording.bucketSeconds(),
          options(receiver, resampleSeconds));
      Instant begin = recording.begin().minusSeconds(60);
      SortedMap<OutputSeries, SortedMap<Long, Double>> held = receiver.read("{__name__=~\"(k6|shop)[.].*\"}", begin,
          begin.plus(Duration.ofMinutes(10)));
      Comparison comparison = Comparison.of(
          new DatadogOracle(resampleSeconds, recording.bucketSeconds(), TAGS).truth(EXPECTATIONS, recording.samples()),
          held);

      assertThat(comparison.allEqual()).as("%d points in %d series; %s%n%s", comparison.expected(), held.size(),
          comparison.table(), comparison.differences()).isTrue();
      assertThat(report.exact()).as(report.toString()).isTrue();
      assertThat(report.asExpected()).as(report.toString()).isEqualTo(comparison.expected())
          .isEqualTo(report.expected());
      assertThat(comparison.expected()).isGreaterThan(500);
    }
  }

  private static String options(LocalVictoriaMetrics receiver, int resampleRate) {
    return """
        {"cloud": {"apm": [{
          "provider": "datadog", "apiKey": "any", "apiURL": "%s", "includeTestRunId": true, "resampleRate": %d,
          "tags": {"env": "staging"},
          "metrics": ["vus_max", "stock", "balance", "cart_value",
            {"sourceMetric": "checks", "keepTags": ["check"]},
            {"sourceMetric": "orders", "keepTags": ["kind"]},
            {"sourceMetric": "http_req_duration", "targetMetric": "shop.request",
             "keepTags": ["name", "method", "status"]},
            {"sourceMetric": "http_reqs{status=\\"500\\"}", "targetMetric": "shop.errors", "keepTags": ["name"]}
          ]}]}}
        """.formatted(receiver.datadogUrl(), resampleRate);
  }
}
