package dev.apmexport.api.k6;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.Runs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** k6's CreateTestRunResponse: the run's id, settings that go before k6's own, and lines for k6's console. */
record CreatedTest(@JsonProperty("reference_id") String referenceId, Config config, List<LogLine> logs) {

  /**
   * The keys of k6's cloudapi.Config that it takes over; durations as k6 writes them. With {@code stopOnError} a run that
   * is stopped here is stopped at k6, too; without it k6 would go on and send no more metrics. {@code apiVersion} chooses
   * the protocol of the pushes, which was another before k6 0.48 unless one asked for this.
   */
  record Config(String aggregationPeriod, String aggregationWaitPeriod, String metricPushInterval,
      int metricPushConcurrency,
      int maxTimeSeriesInBatch, boolean tracesEnabled, boolean stopOnError, String testRunDetails, int apiVersion) {}

  /** A line that k6 prints with that level. */
  record LogLine(String level, String message) {}

  private static final int SERIES_IN_BATCH = 1_000;
  private static final int PUSH_PROTOCOL = 2;

  /**
   * @param script whether k6 has sent the script's options
   * @param profile the one that k6's host is bound to, if any
   * @param service the address that k6 has reached
   */
  static CreatedTest of(Runs.Created created, boolean script, @Nullable String profile, String service) {
    String id = Long.toString(created.run().id());
    RunSettings settings = created.run().settings();
    Config config = new Config(settings.aggregationPeriod() + "s", settings.waitPeriod() + "s", "1s", 1,
        SERIES_IN_BATCH, false, true, service + "/runs/" + id, PUSH_PROTOCOL);
    List<LogLine> logs = new ArrayList<>(source(created, script, profile, service));
    created.exports().forEach(export -> logs.addAll(faults(export)));
    return new CreatedTest(id, config, logs);
  }

  /** The same with one more line, of what does not keep the test from running. */
  CreatedTest warned(String message) {
    List<LogLine> more = new ArrayList<>(logs);
    more.add(new LogLine("warning", message));
    return new CreatedTest(referenceId, config, more);
  }

  /** Where the run's blocks are from, as far as that does not go without saying. */
  private static List<LogLine> source(Runs.Created created, boolean script, @Nullable String profile,
      String service) {
    String used = created.run().profile();
    if (used != null && !created.exports().isEmpty()) {
      return List.of(new LogLine("info", "This run is exported as the profile \"" + used + "\" says."));
    }
    if (!created.exports().isEmpty()) {
      return profile == null ? List.of() : List.of(new LogLine("info",
          "This run is exported as the script's own apm block says, and not as the profile \"" + profile + "\"."));
    }
    return List
        .of(profile == null || used != null ? nothingToExport(script, service) : unknownProfile(profile, service));
  }

  private static LogLine nothingToExport(boolean script, String service) {
    String nowhere = "This run has no apm block, so its metrics are kept and exported nowhere: ";
    String profile = "a profile with PUT " + service + "/api/v1/apm-profiles/<name> {\"apm\": [ … ]} and start k6 with "
        + "K6_CLOUD_HOST=" + service + "/p/<name>";
    return new LogLine("warning", script
        ? nowhere + "the script's options have no cloud.apm. Write the block there, or store it as " + profile + "."
        : nowhere + "k6 run -o cloud does not send the script's options. Store the block as " + profile
            + "; or create the run with POST " + service + "/api/v1/test-runs and the options, and start k6 with "
            + "K6_CLOUD_PUSH_REF_ID set to its id.");
  }

  private static LogLine unknownProfile(String profile, String service) {
    return new LogLine("error", "There is no profile \"" + profile + "\", so this run's metrics are kept and exported "
        + "nowhere. Make it with PUT " + service + "/api/v1/apm-profiles/" + profile
        + " {\"apm\": [ … ]}, and start the "
        + "test again.");
  }

  private static List<LogLine> faults(RunExport export) {
    List<LogLine> logs = new ArrayList<>();
    for (Problem problem : export.problems()) {
      logs.add(new LogLine(problem.isError() ? "error" : "warning", problem.toString()));
    }
    if (export.isDisabled()) {
      logs.add(new LogLine("error",
          "apm[" + export.index() + "] is disabled; the test runs on and exports nothing by it."));
    }
    return logs;
  }
}
