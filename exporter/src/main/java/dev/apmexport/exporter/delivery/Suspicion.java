package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When a destination that takes nothing else meanwhile is believed to fail for a batch, and not to be ill. Some answer
 * with 500 what is only too old. One lane's.
 */
final class Suspicion {
  private final Timeline time;
  private final Amendment amendment;
  /** The latest time that was found to be too old, and the destination's words. */
  private long tooOldThrough = Long.MIN_VALUE;
  private @Nullable String words;

  Suspicion(Delivery.Means means) {
    this.time = means.time();
    this.amendment = means.amendment();
  }

  /**
   * The same for one batch.
   *
   * @param strange whether it has only points such as the destination was never seen to take; asked when it matters
   */
  Suspect of(int pass, Batch batch, BooleanSupplier strange) {
    return new Suspect(AgeLimits.of(pass, amendment), batch.atMillis(), strange);
  }

  /** One batch. */
  final class Suspect {
    private final AgeLimits limits;
    private final long atMillis;
    private final BooleanSupplier strange;

    private Suspect(AgeLimits limits, long atMillis, BooleanSupplier strange) {
      this.limits = limits;
      this.atMillis = atMillis;
      this.strange = strange;
    }

    /**
     * Whether it is to be blamed. Its age counts as it was when the destination began to fail in these words: a batch
     * that has grown old over them met something else.
     *
     * @param suspectSince when it became suspect
     * @param sameWordsSince when the destination first failed for it in the words that it still uses
     */
    boolean isBelieved(String reason, Instant suspectSince, Instant sameWordsSince) {
      if (isLongEnough(suspectSince) && strange.getAsBoolean()) { return true; }
      if (!limits.mayForbid(atMillis, sameWordsSince.toEpochMilli())) { return false; }
      boolean known = atMillis <= tooOldThrough && reason.equals(words);
      if (!known && !isLongEnough(sameWordsSince)) { return false; }
      tooOldThrough = Math.max(tooOldThrough, atMillis);
      words = reason;
      return true;
    }

    private boolean isLongEnough(Instant since) {
      return !time.instant().isBefore(since.plus(RetryPolicy.BELIEVED_AFTER));
    }
  }
}
