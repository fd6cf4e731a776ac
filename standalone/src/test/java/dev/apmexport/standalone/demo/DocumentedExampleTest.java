package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The detailed example of k6 Cloud's documentation, with the list of metrics word by word, over a real run. */
class DocumentedExampleTest {
  private static String options(URI url, String regex) {
    return """
        {"ext": {"loadimpact": {"apm": [{
          "provider": "prometheus",
          "remoteWriteURL": "%s",
          "includeDefaultMetrics": false,
          "includeTestRunId": true,
          "metrics": [
            "vus",
            "data_sent",
            "data_received",
            {"sourceMetric": "checks", "keepTags": ["check"]},
            {"sourceMetric": "http_req_duration{scenario=\\"default\\",status=~\\"%s\\"}",
             "targetMetric": "k6_http_request_duration", "keepTags": ["name", "method", "status"]},
            {"sourceMetric": "http_reqs{status=\\"500\\"}", "targetMetric": "k6_http_server_errors_count",
             "keepTags": ["scenario", "group", "name", "method"]}
          ]}]}}}
        """.formatted(url, regex);
  }

  private static List<Expectation> expectations() {
    return List.of(Expectation.of("vus", "k6_vus"), Expectation.of("data_sent", "k6_data_sent"),
        Expectation.of("data_received", "k6_data_received"), Expectation.of("checks", "k6_checks", "check"),
        Expectation.of("http_req_duration", "k6_http_request_duration", "name", "method", "status")
            .where(tags -> "default".equals(tags.get("scenario")) && isSuccess(tags.getOrDefault("status", ""))),
        Expectation.of("http_reqs", "k6_http_server_errors_count", "scenario", "group", "name", "method")
            .where(tags -> "500".equals(tags.get("status"))));
  }

  private static boolean isSuccess(String status) {
    return status.length() == 3 && (status.startsWith("2") || status.startsWith("3"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[23][0-9][0-9]", "[23][0-9]{2}"})
  void it_exports_exactly_the_series_one_would_expect(String regex) throws Exception {
    Recording recording = new Recording(RecordedRun.ONE_SECOND);
    try (LibraryExport export = new LibraryExport()) {
      LibraryExport.Outcome outcome = export.run(recording.log(recording.pushes()), 1, url -> options(url, regex));
      Comparison comparison = Comparison.of(recording.truth(3, expectations()), outcome.held());

      assertThat(comparison.allEqual()).as("%s%n%s", comparison.table(), comparison.differences()).isTrue();
      assertThat(outcome.held().keySet()).extracting(OutputSeries::name).contains("k6_http_request_duration_p95",
          "k6_http_server_errors_count").doesNotContain("k6_http_reqs", "k6_iterations");
      assertThat(outcome.report().exact()).isTrue();
      assertThat(export.warnings()).isEmpty();
    }
  }
}
