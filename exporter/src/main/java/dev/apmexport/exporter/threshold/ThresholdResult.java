package dev.apmexport.exporter.threshold;

import org.jspecify.annotations.Nullable;

/**
 * What became of one threshold.
 *
 * @param metric the metric or submetric as it was written
 * @param expression what was demanded of it as it was written
 * @param value what its aggregation came to; null if there was nothing to aggregate
 * @param certain whether k6, which has every sample and not only histograms of them, must have come to the same
 * @param fails whether k6 counts it among the thresholds that failed
 * @param reason what is to be said about it, in a sentence; null if nothing is
 */
public record ThresholdResult(String metric, String expression, State state, @Nullable Double value, boolean certain,
    boolean fails, @Nullable String reason) {

  /** How a threshold stands. PENDING until it was evaluated. */
  public enum State {
    PENDING, PASSED, FAILED, NO_DATA, INVALID
  }

  /** What can be said of a threshold before its run is over. */
  public static ThresholdResult before(Threshold threshold) {
    return without(threshold, threshold.fault() == null ? State.PENDING : State.INVALID, threshold.fault());
  }

  /** What can be said of a threshold that nobody can decide any more: no data, and why. */
  public static ThresholdResult unknown(Threshold threshold, String reason) {
    return threshold.fault() == null ? without(threshold, State.NO_DATA, reason) : before(threshold);
  }

  static ThresholdResult invalid(Threshold threshold, String fault) {
    return without(threshold, State.INVALID, fault);
  }

  private static ThresholdResult without(Threshold threshold, State state, @Nullable String reason) {
    return new ThresholdResult(threshold.metric(), threshold.expression(), state, null, false, false, reason);
  }

  static ThresholdResult of(Threshold threshold, boolean holds, Measured measured, boolean certain,
      @Nullable String reason) {
    Double value = Double.isFinite(measured.value()) ? Double.valueOf(measured.value()) : null;
    return new ThresholdResult(threshold.metric(), threshold.expression(), holds ? State.PASSED : State.FAILED, value,
        certain, !holds, reason);
  }
}
