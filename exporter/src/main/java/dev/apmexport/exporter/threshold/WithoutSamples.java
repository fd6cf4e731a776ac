package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.MetricType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A threshold on what has had no sample. k6 evaluates it all the same at the end of a test (since 0.38): an empty
 * counter, gauge or trend is 0, and a rate's thresholds pass ({@code metrics/thresholds.go}).
 *
 * @param type the metric's, null if nobody knows it
 * @param summarized whether the sender had samples and gave statistics of them
 * @param missing which samples of the metric were refused, in a sentence; null if none was
 */
record WithoutSamples(Threshold threshold, Threshold.Parsed parsed, @Nullable MetricType type, boolean summarized,
    @Nullable String missing) {

  ThresholdResult result() {
    ThresholdExpression demand = parsed.demand();
    boolean holdsAtZero = demand.operator().holds(0, demand.value());
    boolean maybeRate = demand.method() == AggregationMethod.RATE && type != MetricType.COUNTER;
    boolean unknown = summarized || missing != null || parsed.of().unsent().isPresent();
    boolean passes = holdsAtZero || maybeRate || unknown;
    boolean certain = !unknown && (holdsAtZero || !maybeRate || type == MetricType.RATE);
    return new ThresholdResult(threshold.metric(), threshold.expression(), ThresholdResult.State.NO_DATA, null, certain,
        !passes, reason(passes, certain));
  }

  private String reason(boolean passes, boolean certain) {
    String none = "There was no sample of " + InvalidThreshold.quoted(threshold.metric()) + ". ";
    if (summarized) { return none + "The sender gave statistics of it, which do not add up to what is asked."; }
    if (missing != null) { return none + missing; }
    Optional<String> unsent = parsed.of().unsent();
    if (unsent.isPresent()) { return none + "k6 does not send the tag " + unsent.get() + "."; }
    return none + (certain ? "k6 counts that as " + (passes ? "passed." : "failed, since it takes it for 0.")
        : "k6 counts that as passed for a rate and as failed for a counter.");
  }
}
