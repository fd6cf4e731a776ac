package dev.apmexport.exporter.reconcile;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of every point of one export. {@code expected = asExpected + filled + corrected + refused + pending}.
 *
 * @param revision counts from 1; another one follows when data came after the end
 * @param exact whether every point was accepted as sent, and what was sent is right, relative to the log
 * @param reason why not, or null if it is
 * @param expected points that the complete log demands, and those that were sent before later data came and stand beside
 *   them, which cannot be taken back
 * @param asExpected accepted in the live pass, with the right value
 * @param filled never accepted before, accepted now
 * @param corrected accepted with another value before, with the right one now
 * @param refused cannot be brought right at this destination
 * @param pending not sent, because the time for the export was over
 * @param refusals the refused points as ranges of one series each; the first {@value #MAX_REFUSALS}, beside which stands
 *   as {@code refusedUnlisted} how many refused points none of them tells of
 * @param readBack what was read back from the destination, as fields of the report itself; null where the block does
 *   not say whom to ask
 */
public record ReconciliationReport(int revision, boolean exact, @Nullable String reason, long expected, long asExpected,
    long filled, long corrected, long refused, long pending, List<Refusal> refusals,
    @JsonUnwrapped @Nullable ReadBackResult readBack) {
  public static final int MAX_REFUSALS = 1_000;

  public ReconciliationReport {
    readBack = readBack == null || readBack.isMissing() ? null : readBack;
  }

  /** Without anything read back. */
  public ReconciliationReport(int revision, boolean exact, @Nullable String reason, long expected, long asExpected,
      long filled, long corrected, long refused, long pending, List<Refusal> refusals) {
    this(revision, exact, reason, expected, asExpected, filled, corrected, refused, pending, refusals, null);
  }

  public ReconciliationReport with(@Nullable ReadBackResult found) {
    return new ReconciliationReport(revision, exact, reason, expected, asExpected, filled, corrected, refused, pending,
        refusals, found);
  }

  /** How many refused points no row tells of, since there were more rows than are kept. */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public long refusedUnlisted() {
    return refused - refusals.stream().mapToLong(Refusal::points).sum();
  }

  /** Refused points of one series, from the first to the last time, and why. */
  public record Refusal(String series, long fromMillis, long toMillis, long points, String reason) {}
}
