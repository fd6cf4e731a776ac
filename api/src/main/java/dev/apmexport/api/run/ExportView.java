package dev.apmexport.api.run;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.store.run.RunExport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far one export is, as the REST API tells it.
 *
 * @param destination where its points go, without what is secret; null where the block does not say
 */
record ExportView(int index, String provider, @Nullable String destination, String state,
    @Nullable Integer effectiveResampleRate,
    List<Problem> problems,
    ExportStatus.Windows windows, ExportStatus.Points points, long lagSeconds, long lateSamples,
    @Nullable String lastError,
    @Nullable ReconciliationReport reconciliation) {

  static ExportView of(RunExport export, @Nullable ReconciliationReport report) {
    ExportStatus status = export.status();
    if (status == null) {
      return new ExportView(export.index(), export.provider(), export.destination(), export.state(), null,
          export.problems(),
          new ExportStatus.Windows(0, 0, 0), new ExportStatus.Points(0, 0, 0), 0, 0, null, report);
    }
    return new ExportView(export.index(), export.provider(), export.destination(), export.state(),
        status.effectiveResampleRate(),
        export.problems(), status.windows(), status.points(), status.lagSeconds(), status.samples().late(),
        status.lastError(), report);
  }
}
