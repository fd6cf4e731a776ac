package dev.apmexport.api.k6;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.Runs;
import java.util.ArrayList;
import java.util.List;

/** k6's CreateTestRunResponse: the run's id, settings that go before k6's own, and lines for k6's console. */
record CreatedTest(@JsonProperty("reference_id") String referenceId, Config config, List<LogLine> logs) {

  /** The keys of k6's cloudapi.Config that it takes over; durations as k6 writes them. */
  record Config(String aggregationPeriod, String aggregationWaitPeriod, String metricPushInterval,
      int metricPushConcurrency,
      int maxTimeSeriesInBatch, boolean tracesEnabled, String testRunDetails) {}

  /** A line that k6 prints with that level. */
  record LogLine(String level, String message) {}

  private static final int SERIES_IN_BATCH = 1_000;

  static CreatedTest of(Runs.Created created, String detailsUrl) {
    RunSettings settings = created.run().settings();
    Config config = new Config(settings.aggregationPeriod() + "s", settings.waitPeriod() + "s", "1s", 1,
        SERIES_IN_BATCH,
        false, detailsUrl);
    return new CreatedTest(Long.toString(created.run().id()), config, logs(created.exports()));
  }

  private static List<LogLine> logs(List<RunExport> exports) {
    List<LogLine> logs = new ArrayList<>();
    if (exports.isEmpty()) {
      logs.add(new LogLine("warning",
          "This run has no apm block, so its metrics are kept and exported nowhere: k6 run -o cloud does "
              + "not send the script's options. Create the run with POST /api/v1/test-runs and the options, and start k6 with "
              + "K6_CLOUD_PUSH_REF_ID set to its id."));
    }
    for (RunExport export : exports) {
      for (Problem problem : export.problems()) {
        logs.add(new LogLine(problem.isError() ? "error" : "warning", problem.toString()));
      }
      if (export.isDisabled()) {
        logs.add(new LogLine("error",
            "apm[" + export.index() + "] is disabled; the test runs on and exports nothing by it."));
      }
    }
    return logs;
  }
}
