package dev.apmexport.api.replay;

import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayProgress;
import dev.apmexport.store.replay.ReplaySurvey;
import dev.apmexport.store.replay.RunReplay;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replay as the REST API tells it; ids are decimal numbers, as text.
 *
 * @param newDestination whether it goes elsewhere than the run's own exports
 * @param createdBy names a token by its number
 * @param cancelling whether it was asked to stop
 */
record ReplayView(String id, String testRunId, String mode, boolean dryRun, boolean newDestination,
    @Nullable Instant from, @Nullable Instant to,
    @Schema(allowableValues = {
        "queued", "running", "done", "gaveUp", "cancelled", "failed"}) String state,
    boolean cancelling, String createdBy, Instant createdAt, @Nullable Instant startedAt, @Nullable Instant endedAt,
    List<PartView> parts) {

  /**
   * How far the replay of one export is.
   *
   * @param steps requests in all; 0 while that is not known
   * @param pointsPerSecond over the last ten seconds
   * @param secondsLeft null while that cannot be told
   * @param lastError why it failed, or the destination's latest failure
   * @param report what became of the points; of a dry run what would be sent is pending; null in a
   *   list
   * @param survey what a dry run of everything would send
   */
  record PartView(int exportIndex, String provider, String state, long steps, long stepsDone, long pointsSent,
      long pointsRefused, double pointsPerSecond, @Nullable Long secondsLeft, @Nullable String lastError,
      @Nullable ReconciliationReport report, @Nullable ReplaySurvey survey, @Nullable Instant startedAt,
      @Nullable Instant endedAt) {

    PartView withoutReport() {
      return new PartView(exportIndex, provider, state, steps, stepsDone, pointsSent, pointsRefused, pointsPerSecond,
          secondsLeft, lastError, null, survey, startedAt, endedAt);
    }

    static PartView of(ReplayPart part) {
      ReplayProgress progress = part.progress();
      String failure = part.error();
      return new PartView(part.index(), part.provider(), part.state().toString(), progress.steps(),
          progress.stepsDone(), progress.sent(), progress.refused(), progress.pointsPerSecond(),
          part.state().isOver() ? null : progress.secondsLeft(), failure == null ? progress.lastError() : failure,
          part.report(), part.survey(), part.startedAt(), part.endedAt());
    }
  }

  /** As in a list, which would be long with all the reports. */
  ReplayView withoutReports() {
    return new ReplayView(id, testRunId, mode, dryRun, newDestination, from, to, state, cancelling, createdBy,
        createdAt,
        startedAt, endedAt, parts.stream().map(PartView::withoutReport).toList());
  }

  static ReplayView of(RunReplay replay) {
    return new ReplayView(Long.toString(replay.id()), Long.toString(replay.testRunId()), replay.mode().toString(),
        replay.dryRun(), replay.elsewhere(), time(replay.fromMillis()), time(replay.toMillis()),
        replay.state().toString(), replay.cancelled() && !replay.state().isOver(), replay.createdBy(),
        replay.createdAt(), replay.startedAt(), replay.endedAt(), replay.parts().stream().map(PartView::of).toList());
  }

  private static @Nullable Instant time(@Nullable Long millis) {
    return millis == null ? null : Instant.ofEpochMilli(millis);
  }
}
