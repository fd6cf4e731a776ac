package dev.apmexport.api.run;

import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.store.log.RunTraffic;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.TestRun;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run as the REST API tells it; {@code id} is a decimal number, as text since not every JSON reader keeps 64 bits.
 *
 * @param projectId the number of k6's project; null if k6 said none
 * @param stopped null unless the service stopped it
 * @param generators who pushed to it; null in lists
 * @param thresholds in the order of the script's options, decided when the run is over
 * @param result all thresholds in one word; null as long as one is undecided or unknown, or without any
 * @param profile the stored apm list that it is exported by; null if it brought its own or has none
 */
record RunView(String id, String name, String state, Instant createdAt, @Nullable Long projectId,
    @Nullable String profile, RunTraffic.@Nullable Stop stopped, @Nullable List<RunTraffic.Generator> generators,
    List<ThresholdView> thresholds, @Schema(allowableValues = {
        "passed", "failed"}) @Nullable String result,
    List<ExportView> exports) {

  static RunView of(TestRun run, List<RunExport> exports, Map<Long, ReconciliationReport> reports,
      RunTraffic.@Nullable Stop stopped, List<ThresholdResult> thresholds) {
    return new RunView(Long.toString(run.id()), run.name(), run.state(), run.createdAt(), run.project(), run.profile(),
        stopped,
        null, ThresholdView.of(run, thresholds), ThresholdView.summary(run, thresholds),
        exports.stream().map(export -> ExportView.of(export, reports.get(export.id()))).toList());
  }

  RunView with(List<RunTraffic.Generator> pushing) {
    return new RunView(id, name, state, createdAt, projectId, profile, stopped, pushing, thresholds, result, exports);
  }
}
