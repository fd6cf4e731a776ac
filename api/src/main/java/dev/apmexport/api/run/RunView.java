package dev.apmexport.api.run;

import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.TestRun;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A run as the REST API tells it; {@code id} is a decimal number, as text since not every JSON reader keeps 64 bits.
 */
record RunView(String id, String name, String state, Instant createdAt, List<ExportView> exports) {

  static RunView of(TestRun run, List<RunExport> exports, Map<Long, ReconciliationReport> reports) {
    return new RunView(Long.toString(run.id()), run.name(), run.state(), run.createdAt(),
        exports.stream().map(export -> ExportView.of(export, reports.get(export.id()))).toList());
  }
}
