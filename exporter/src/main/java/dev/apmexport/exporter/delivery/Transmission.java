package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import dev.apmexport.exporter.sink.WriteResult.RetryLater;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Gets one batch through: waits and repeats where that can help, halves where a part of it is bad, and names what the
 * destination will not take. Parts are new requests with at most one sample for each series, so a part that was stored
 * before is taken again without harm.
 */
final class Transmission {
  private static final int ISOLATION_BUDGET = 32;

  private final Sink sink;
  private final Amendment amendment;
  private final RetryPolicy retry;
  private final Timeline time;
  private final Progress progress;
  private final Supplier<Instant> giveUpAt;
  private int budget;
  private boolean poisonous;
  private List<Refused> refused = new ArrayList<>();

  /** Points that were refused, and the destination's words. */
  record Refused(Batch points, String reason) {}

  /** @param giveUpAt asked after every failure; {@link Instant#MAX} while the run lives */
  Transmission(Sink sink, Delivery.Means means, Progress progress, Supplier<Instant> giveUpAt) {
    this.sink = sink;
    this.amendment = means.amendment();
    this.retry = means.retry();
    this.time = means.time();
    this.progress = progress;
    this.giveUpAt = giveUpAt;
  }

  /** Returns when every point is taken or refused. Throws where the rest of them is too old for the destination. */
  List<Refused> send(Batch batch) throws InterruptedException, GaveUp, TooOld {
    refused = new ArrayList<>();
    budget = ISOLATION_BUDGET;
    poisonous = false;
    part(batch);
    return refused;
  }

  private void part(Batch batch) throws InterruptedException, GaveUp, TooOld {
    if (batch.size() == 0) { return; }
    switch (persist(batch)) {
      case WriteResult.Accepted _ -> {}
      case WriteResult.Invalid invalid -> isolate(batch, invalid.reason());
      case WriteResult.TooLarge large -> halve(batch, large.reason());
      case WriteResult.RetryLater poison -> {
        poisonous = true;
        isolate(batch, poison.reason());
      }
      case WriteResult.NotAuthorized denied -> throw new IllegalStateException(denied.reason());
      case WriteResult.WrongFormat wrong -> throw new IllegalStateException(wrong.reason());
    }
  }

  /** Sends the same bytes until the answer is final, or until the batch itself is the suspect. */
  private WriteResult persist(Batch batch) throws InterruptedException, GaveUp, TooOld {
    int failed = 0;
    for (int failures = 1;; failures++) {
      if (amendment.drops(batch.atMillis(), time.millis())) { throw new TooOld(); }
      WriteResult result = sink.write(batch);
      switch (result) {
        case RetryLater later -> {
          if (later.cause() == Cause.FAILED && isPoison(++failed)) { return later; }
          await(later.reason(), retry.before(failures, later));
        }
        case WriteResult.NotAuthorized denied -> pause(denied.reason());
        case WriteResult.WrongFormat wrong -> pause(wrong.reason());
        default -> {
          progress.paused(false);
          return result;
        }
      }
    }
  }

  /**
   * Whether the batch is what the destination fails for: it must be well but for it. While parts of such a batch are
   * told apart, one failure is enough; a batch that is taken apart because it was refused may meet a failure like any
   * other.
   */
  private boolean isPoison(int failed) throws InterruptedException {
    boolean suspect = poisonous || failed >= RetryPolicy.SUSPECT_AFTER;
    return suspect && sink.probe() instanceof WriteResult.Accepted;
  }

  private void pause(String reason) throws InterruptedException, GaveUp {
    progress.paused(true);
    await(reason, RetryPolicy.WHILE_PAUSED);
  }

  private void await(String reason, Duration wait) throws InterruptedException, GaveUp {
    progress.failed(reason);
    if (!time.instant().plus(wait).isBefore(giveUpAt.get())) { throw new GaveUp(reason); }
    time.sleep(wait);
  }

  private void isolate(Batch batch, String reason) throws InterruptedException, GaveUp, TooOld {
    progress.failed(reason);
    if (batch.size() == 1 || budget < 2) {
      refused.add(new Refused(batch, reason));
      return;
    }
    budget -= 2;
    halves(batch);
  }

  private void halve(Batch batch, String reason) throws InterruptedException, GaveUp, TooOld {
    progress.failed(reason);
    if (batch.size() == 1) {
      refused.add(new Refused(batch, reason));
    } else {
      halves(batch);
    }
  }

  private void halves(Batch batch) throws InterruptedException, GaveUp, TooOld {
    part(batch.part(0, batch.size() / 2));
    part(batch.part(batch.size() / 2, batch.size()));
  }
}
