package dev.apmexport.api.provisioning;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.apmexport.exporter.RunSettings;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What k6 is told when it starts a run; its client wants every one of these keys and takes null where that is said here
 * (k6's internal/cloudapi/provisioning at v2.2.0).
 */
record StartedExecution(@JsonProperty("test_run_id") long testRunId,
    @JsonProperty("archive_upload_url") @Nullable String archiveUploadURL,
    @JsonProperty("test_run_details_page_url") String detailsPageURL,
    @JsonProperty("runtime_config") RuntimeConfig runtimeConfig) {

  private static final int SERIES_IN_PUSH = 1_000;
  private static final int LOG_LINES = 100;
  private static final int LOG_LINE_CHARACTERS = 10_000;

  record RuntimeConfig(@JsonProperty("test_run_token") String testRunToken, Metrics metrics, Traces traces, Files files,
      Logs logs, Secrets secrets) {
    @Override
    public String toString() {
      return metrics.toString();
    }
  }

  /** Times as Go writes them. */
  record Metrics(@JsonProperty("push_url") String pushURL, @JsonProperty("push_interval") String pushInterval,
      @JsonProperty("push_concurrency") int pushConcurrency,
      @JsonProperty("aggregation_period") String aggregationPeriod,
      @JsonProperty("aggregation_wait_period") String aggregationWaitPeriod,
      @JsonProperty("aggregation_min_samples") @Nullable Integer aggregationMinSamples,
      @JsonProperty("max_samples_per_package") int maxSamplesPerPackage) {}

  /** Not taken. */
  record Traces(@JsonProperty("push_url") String pushURL,
      @JsonProperty("traces_metadata") Map<String, String> tracesMetadata, String proto) {}

  /** Not taken. */
  record Files(@JsonProperty("push_url") String pushURL,
      @JsonProperty("screenshots_base_path") String screenshotsBasePath, Map<String, String> headers, String method) {}

  /** @param allowedLabels none means all */
  record Logs(@JsonProperty("push_url") String pushURL, @JsonProperty("tail_url") String tailURL, int limit,
      @JsonProperty("push_period_seconds") String pushPeriod, String level,
      @JsonProperty("message_max_size") int messageMaxSize,
      @JsonProperty("allowed_labels") List<String> allowedLabels) {}

  /** None are kept here; a script that asks for one is told by k6 that no endpoint is set. */
  record Secrets(String endpoint, @JsonProperty("response_path") String responsePath) {}

  /**
   * @param token the run's own
   * @param service the address that k6 has reached
   */
  static RuntimeConfig config(RunSettings settings, String token, String service) {
    String run = settings.testRunId();
    return new RuntimeConfig(token,
        new Metrics(service + "/v2/metrics/" + run, "1s", 1, settings.aggregationPeriod() + "s",
            settings.waitPeriod() + "s", null, SERIES_IN_PUSH),
        new Traces("", Map.of(), ""), new Files("", "", Map.of(), ""),
        new Logs(service + "/provisioning/v1/test_runs/" + run + "/logs", "", LOG_LINES, "3s", "info",
            LOG_LINE_CHARACTERS, List.of()),
        new Secrets("", ""));
  }
}
