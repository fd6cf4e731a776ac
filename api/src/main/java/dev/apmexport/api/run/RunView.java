package dev.apmexport.api.run;

import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.TestRun;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run as the REST API tells it; {@code id} is a decimal number, as text since not every JSON reader keeps 64 bits.
 *
 * @param profile the stored apm list that it is exported by; null if it brought its own or has none
 */
record RunView(String id, String name, String state, Instant createdAt, @Nullable String profile,
    List<ExportView> exports) {

  static RunView of(TestRun run, List<RunExport> exports, Map<Long, ReconciliationReport> reports) {
    return new RunView(Long.toString(run.id()), run.name(), run.state(), run.createdAt(), run.profile(),
        exports.stream().map(export -> ExportView.of(export, reports.get(export.id()))).toList());
  }
}
