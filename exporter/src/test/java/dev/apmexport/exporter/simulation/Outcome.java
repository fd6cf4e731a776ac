package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * What a run has come to.
 *
 * @param asked seconds per bucket that the load generators were asked for
 * @param samples what its log holds
 * @param live the export at the end of the live pass
 * @param report of the last second pass
 * @param held what a query of the receiver shows
 * @param violations what the receiver was sent that it must not be
 */
record Outcome(Scenario scenario, String testRunId, int asked, List<Sample> samples, ExportStatus live,
    ReconciliationReport report,
    Map<String, NavigableMap<Long, Double>> held, List<String> violations, Wire wire) {}
