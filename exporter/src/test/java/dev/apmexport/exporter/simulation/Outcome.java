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
 * @param late those of them, the very same, that came when they were not waited for any more, with the second in which
 *   they did
 * @param live the export at the end of the live pass
 * @param report of the last second pass
 * @param held what a query of the receiver shows
 * @param times when it came to that
 * @param violations what the receiver was sent that it must not be
 */
record Outcome(Scenario scenario, String testRunId, int asked, List<Sample> samples, Map<Sample, Long> late,
    ExportStatus live, ReconciliationReport report, Times times, Map<String, NavigableMap<Long, Double>> held,
    List<String> violations, Wire wire) {

  /**
   * In milliseconds.
   *
   * @param giveUpAt until when the receiver was tried
   * @param correctFrom from when on what had to wait was corrected
   * @param lastPassFrom when the last pass began
   * @param lastPassTo when it was through
   */
  record Times(long giveUpAt, long correctFrom, long lastPassFrom, long lastPassTo) {}
}
