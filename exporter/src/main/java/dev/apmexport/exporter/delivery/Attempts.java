package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.delivery.Circuit.Finding;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import dev.apmexport.exporter.sink.WriteResult.RetryLater;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Sends the same bytes, one request after the other, until the answer is final or the batch itself is the suspect. */
final class Attempts {
  private final Sink sink;
  private final Delivery.Means means;
  private final Progress progress;
  private final Gate gate;
  private final InHand inHand;
  /** How often the batch in hand failed, how often it may, and whether the destination was well but for it the last time. */
  private int failed;
  private int suspectAfter;
  private boolean wellOtherwise;
  private long takenBefore;
  private @Nullable String words;
  private Instant sameWordsSince = Instant.MIN;

  Attempts(Sink sink, InHand inHand, Delivery.Means means, Progress progress, Gate gate) {
    this.sink = sink;
    this.inHand = inHand;
    this.means = means;
    this.progress = progress;
    this.gate = gate;
  }

  /**
   * Returns what is final. That is a {@link RetryLater} where the batch failed so often as is allowed, and an empty
   * request did not.
   */
  WriteResult persist(Batch batch, int allowed) throws InterruptedException, GaveUp, LeftOut {
    failed = 0;
    suspectAfter = allowed;
    for (int failures = 1;; failures++) {
      WriteResult result = attempt(batch);
      switch (result) {
        case RetryLater later when isSuspect(later) -> {
          return later;
        }
        case RetryLater later -> backOff(later, failures);
        case WriteResult.NotAuthorized denied -> pause(denied.reason());
        case WriteResult.WrongFormat wrong -> pause(wrong.reason());
        default -> {
          progress.paused(false);
          return result;
        }
      }
    }
  }

  /** How often the destination had taken points, as {@link Gate#taken} counts, when the batch failed last but once. */
  long takenBefore() {
    return takenBefore;
  }

  /** When the destination began to fail in the words that it used last. */
  Instant sameWordsSince() {
    return sameWordsSince;
  }

  private WriteResult attempt(Batch batch) throws InterruptedException, GaveUp, LeftOut {
    gate.enter(batch.size());
    Finding finding = Finding.UNKNOWN;
    try {
      inHand.holdOn();
      if (means.amendment().drops(batch.atMillis(), means.time().millis())) { throw new LeftOut(LeftOut.TOO_OLD); }
      // A turn and a connection take their time too, so a look is taken once more when the request leaves.
      WriteResult result = ScopedValue.where(HttpTransport.LAST_LOOK, inHand::holdOn).call(() -> sink.write(batch));
      note(result, batch);
      finding = finding(result);
      return result;
    } finally {
      gate.left(finding);
    }
  }

  private void note(WriteResult result, Batch batch) {
    if (result instanceof RetryLater later && later.cause() == Cause.NO_ANSWER) {
      inHand.mayArriveYet();
    }
    if (result instanceof RetryLater later && !later.reason().equals(words)) {
      words = later.reason();
      sameWordsSince = means.time().instant();
    }
    if (result instanceof WriteResult.Accepted && batch.size() > 0) {
      gate.took();
    }
  }

  private Finding finding(WriteResult result) throws InterruptedException {
    if (!(result instanceof RetryLater later)) { return result.isAnswer() ? Finding.ANSWERS : Finding.UNKNOWN; }
    if (later.cause() == Cause.BUSY) { return Finding.UNKNOWN; }
    wellOtherwise = later.cause().canBeTheBatchs() && isWellOtherwise();
    return wellOtherwise ? Finding.ANSWERS : Finding.FAILS;
  }

  /** One failure is an accident. From the second on an empty request tells whose fault it is. */
  private boolean isWellOtherwise() throws InterruptedException {
    failed++;
    if (failed == suspectAfter - 1) {
      takenBefore = gate.taken();
    }
    boolean suspicious = failed > 1 || suspectAfter == RetryPolicy.POISON_AFTER;
    return suspicious && sink.probe() instanceof WriteResult.Accepted;
  }

  /** Whether the batch is what the destination fails for: it must be well but for it. */
  private boolean isSuspect(RetryLater later) {
    return later.cause().canBeTheBatchs() && wellOtherwise && failed >= suspectAfter;
  }

  private void backOff(RetryLater later, int failures) throws InterruptedException, GaveUp {
    progress.failed(later.reason());
    Duration wait = means.retry().before(failures, later);
    gate.rest(later.cause() == Cause.BUSY ? wait : later.after(), wait, later.reason());
  }

  /** Until a human has mended it, the destination is asked with an empty request; the batch itself waits. */
  private void pause(String reason) throws InterruptedException, GaveUp {
    progress.paused(true);
    progress.failed(reason);
    do {
      gate.rest(RetryPolicy.WHILE_PAUSED, RetryPolicy.WHILE_PAUSED, reason);
    } while (!(sink.probe() instanceof WriteResult.Accepted));
  }
}
