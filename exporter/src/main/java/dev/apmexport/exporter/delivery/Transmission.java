package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.delivery.Circuit.Finding;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import dev.apmexport.exporter.sink.WriteResult.RetryLater;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Gets one batch through: waits and repeats where that can help, halves where a part of it is bad, and names what the
 * destination will not take. Parts are new requests with at most one sample for each series, so a part that was stored
 * before is taken again without harm.
 */
final class Transmission {
  /** No request leaves later than this after the ledger said that the export is ours. */
  private static final long HELD_FOR_MILLIS = 5_000;

  private final Sink sink;
  private final Delivery.Means means;
  private final Progress progress;
  private final Gate gate;
  private Runnable hold = () -> {};
  private long heldAt;
  private Search search = new Search();
  private List<Refused> refused = new ArrayList<>();
  private boolean poisonous;
  /** How often the batch in hand failed, and whether the destination was well but for it the last time. */
  private int failed;
  private boolean wellOtherwise;
  /** The smallest part that was too large, and whether a single point was. */
  private int tooLarge;
  private boolean pointTooLarge;

  /** Points that were refused, and the destination's words. */
  record Refused(Batch points, String reason) {}

  Transmission(Sink sink, Delivery.Means means, Progress progress, Gate gate) {
    this.sink = sink;
    this.means = means;
    this.progress = progress;
    this.gate = gate;
  }

  /**
   * Returns when every point is taken or refused. Throws where the rest of them is not to be sent.
   *
   * @param heldAt when the ledger was asked last whether the export is ours, and it was
   * @param hold asks it again
   */
  List<Refused> send(Batch batch, long heldAt, Runnable hold) throws InterruptedException, GaveUp, LeftOut {
    this.hold = hold;
    this.heldAt = heldAt;
    refused = new ArrayList<>();
    search = new Search();
    poisonous = false;
    tooLarge = Integer.MAX_VALUE;
    pointTooLarge = false;
    int most = Math.min(gate.largest(), batch.size());
    for (int from = 0; from < batch.size(); from += most) {
      part(batch.part(from, Math.min(batch.size(), from + most)));
    }
    if (tooLarge < Integer.MAX_VALUE && !pointTooLarge) {
      gate.takesAtMost((tooLarge + 1) / 2);
    }
    return refused;
  }

  private void part(Batch batch) throws InterruptedException, GaveUp, LeftOut {
    switch (persist(batch)) {
      case WriteResult.Accepted _ -> search.taken(batch.size());
      case WriteResult.Invalid invalid when means.strict() -> {
        progress.failed(invalid.reason());
        throw new LeftOut(invalid.reason());
      }
      case WriteResult.Invalid invalid -> isolate(batch, invalid.reason());
      case WriteResult.TooLarge large -> divide(batch, large.reason());
      case WriteResult.RetryLater poison -> {
        poisonous = true;
        isolate(batch, poison.reason());
      }
      case WriteResult.NotAuthorized denied -> throw new IllegalStateException(denied.reason());
      case WriteResult.WrongFormat wrong -> throw new IllegalStateException(wrong.reason());
    }
  }

  /** Sends the same bytes until the answer is final, or until the batch itself is the suspect. */
  private WriteResult persist(Batch batch) throws InterruptedException, GaveUp, LeftOut {
    failed = 0;
    for (int failures = 1;; failures++) {
      WriteResult result = attempt(batch);
      switch (result) {
        case RetryLater later when isPoison(later) -> {
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

  private WriteResult attempt(Batch batch) throws InterruptedException, GaveUp, LeftOut {
    gate.enter(batch.size());
    Finding finding = Finding.UNKNOWN;
    try {
      holdOn();
      if (means.amendment().drops(batch.atMillis(), means.time().millis())) { throw new LeftOut(LeftOut.TOO_OLD); }
      WriteResult result = sink.write(batch);
      finding = finding(result);
      return result;
    } finally {
      gate.left(finding);
    }
  }

  /** A worker that stood still or waited long may have lost the export; what it sent then could spoil a correction. */
  private void holdOn() {
    for (long now = means.time().millis(); now - heldAt > HELD_FOR_MILLIS; now = means.time().millis()) {
      hold.run(); // which may itself take long, so it counts from its beginning
      heldAt = now;
    }
  }

  private Finding finding(WriteResult result) throws InterruptedException {
    if (!(result instanceof RetryLater later)) { return Finding.ANSWERS; }
    return switch (later.cause()) {
      case NO_ANSWER -> Finding.FAILS;
      case BUSY -> Finding.UNKNOWN;
      case FAILED -> {
        failed++;
        // One failure is an accident. From the second on an empty request tells whose fault it is.
        wellOtherwise = (poisonous || failed > 1) && sink.probe() instanceof WriteResult.Accepted;
        yield wellOtherwise ? Finding.ANSWERS : Finding.FAILS;
      }
    };
  }

  /**
   * Whether the batch is what the destination fails for: it must be well but for it. While parts of such a batch are
   * told apart, a second failure is enough; a batch that is taken apart because it was refused may meet a failure like any
   * other.
   */
  private boolean isPoison(RetryLater later) {
    return later.cause() == Cause.FAILED && wellOtherwise
        && failed >= (poisonous ? RetryPolicy.POISON_AFTER : RetryPolicy.SUSPECT_AFTER);
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

  private void isolate(Batch batch, String reason) throws InterruptedException, GaveUp, LeftOut {
    progress.failed(reason);
    if (batch.size() > 1 && search.goesOn()) {
      search.halved();
      halves(batch);
    } else {
      if (batch.size() == 1) {
        search.foundBad();
      }
      refused.add(new Refused(batch, reason));
    }
  }

  private void divide(Batch batch, String reason) throws InterruptedException, GaveUp, LeftOut {
    progress.failed(reason);
    if (batch.size() == 1) {
      pointTooLarge = true;
      refused.add(new Refused(batch, reason));
    } else {
      tooLarge = Math.min(tooLarge, batch.size());
      halves(batch);
    }
  }

  private void halves(Batch batch) throws InterruptedException, GaveUp, LeftOut {
    part(batch.part(0, batch.size() / 2));
    part(batch.part(batch.size() / 2, batch.size()));
  }
}
