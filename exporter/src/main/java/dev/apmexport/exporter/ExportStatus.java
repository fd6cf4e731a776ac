package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.metric.Refusal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far one export is. The equations that hold: {@code read = selected + unselected + refused} (the refused ones of
 * the run and of the export together), {@code sealed = accepted + pending} for windows, {@code all = accepted +
 * rejected + pending} for points.
 *
 * @param effectiveResampleRate seconds per window in use
 * @param lagSeconds from the newest window that is settled to the newest bucket of the log
 * @param lastError the destination's latest failure in its own words
 * @param warnings what the run has shown about its block
 */
public record ExportStatus(State state, int effectiveResampleRate, Windows windows, Points points, Samples samples,
    long lagSeconds, @Nullable String lastError, List<Problem> warnings) {

  /** What an export is doing. */
  public enum State {
    DISABLED, LIVE, BEHIND, PAUSED, RECONCILING, DONE, GAVE_UP
  }

  public record Windows(long sealed, long accepted, long pending) {}

  public record Points(long accepted, long rejected, long pending) {}

  /** @param refusals the run's, by reason */
  public record Samples(long read, long selected, long unselected, long refused, long late,
      Map<Refusal, Long> refusals) {}
}
