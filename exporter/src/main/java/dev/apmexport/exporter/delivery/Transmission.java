package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.RetryLater;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Gets one batch through: waits and repeats where that can help, halves where a part of it is bad, and names what the
 * destination will not take. Parts are new requests with at most one sample for each series, so a part that was stored
 * before is taken again without harm.
 */
final class Transmission {
  private final Attempts attempts;
  private final Delivery.Means means;
  private final Progress progress;
  private final Gate gate;
  private final Batch batch;
  private final Suspicion.Suspect suspect;
  private final Search search = new Search();
  private final List<Refused> refused = new ArrayList<>();
  /** Takes the parts that the destination fails for and for nothing else, as far as can be seen. */
  private List<Refused> blamed = refused;
  private boolean searching;
  private boolean poisonous;
  /** The smallest part that was too large, and whether a single point was. */
  private int tooLarge = Integer.MAX_VALUE;
  private boolean pointTooLarge;

  /**
   * Points that were refused, and the destination's words.
   *
   * @param failing whether it did not refuse them, but failed for them and for nothing else
   */
  record Refused(Batch points, String reason, boolean failing) {}

  Transmission(Batch batch, Suspicion.Suspect suspect, Attempts attempts, Delivery.Means means, Progress progress,
      Gate gate) {
    this.batch = batch;
    this.suspect = suspect;
    this.attempts = attempts;
    this.means = means;
    this.progress = progress;
    this.gate = gate;
  }

  /** Returns when every point is taken or refused. Throws where the rest of them is not to be sent. */
  List<Refused> send() throws InterruptedException, GaveUp, LeftOut {
    int most = Math.min(gate.largest(), batch.size());
    for (int from = 0; from < batch.size(); from += most) {
      part(batch.part(from, Math.min(batch.size(), from + most)));
    }
    if (tooLarge < Integer.MAX_VALUE && !pointTooLarge) {
      gate.takesAtMost((tooLarge + 1) / 2);
    }
    return refused;
  }

  private void part(Batch part) throws InterruptedException, GaveUp, LeftOut {
    WriteResult result = persist(part);
    Instant since = means.time().instant();
    while (!searching && result instanceof RetryLater failing) {
      if (findsCulprits(part, failing.reason(), since)) { return; }
      gate.rest(RetryPolicy.WHILE_NOTHING_IS_TAKEN, RetryPolicy.WHILE_NOTHING_IS_TAKEN, failing.reason());
      result = persist(part);
    }
    conclude(part, result);
  }

  /** While parts of a failing batch are told apart, a second failure is enough; others may meet one like any batch. */
  private WriteResult persist(Batch part) throws InterruptedException, GaveUp, LeftOut {
    return attempts.persist(part, poisonous ? RetryPolicy.POISON_AFTER : RetryPolicy.SUSPECT_AFTER);
  }

  private void conclude(Batch part, WriteResult result) throws InterruptedException, GaveUp, LeftOut {
    switch (result) {
      case WriteResult.Accepted _ -> search.taken(part.size());
      case WriteResult.Invalid invalid when means.strict() -> {
        progress.failed(invalid.reason());
        throw new LeftOut(invalid.reason());
      }
      case WriteResult.Invalid invalid -> isolate(new Refused(part, invalid.reason(), false));
      case WriteResult.TooLarge large -> divide(part, large.reason());
      case RetryLater poison -> isolate(new Refused(part, poison.reason(), true));
      case WriteResult.NotAuthorized denied -> throw new IllegalStateException(denied.reason());
      case WriteResult.WrongFormat wrong -> throw new IllegalStateException(wrong.reason());
    }
  }

  /**
   * Looks for what is to blame in a part that the destination fails for, though it answers an empty request. Returns
   * false if no point can be blamed: where none at all is taken, the destination may be unable to store any.
   *
   * @param since when the part became suspect
   */
  private boolean findsCulprits(Batch part, String reason, Instant since) throws InterruptedException, GaveUp, LeftOut {
    long taken = attempts.takenBefore();
    int before = refused.size();
    poisonous = true;
    List<Refused> suspects = new ArrayList<>();
    blamed = suspects;
    searching = true;
    isolate(new Refused(part, reason, true));
    boolean believed = gate.taken() > taken
        || suspect.isBelieved(reason, since, attempts.sameWordsSince());
    blamed = refused;
    if (believed) {
      // What failed before the destination took anything may have met an outage that is over by now.
      for (Refused suspect : suspects) {
        part(suspect.points);
      }
    } else {
      refused.subList(before, refused.size()).clear();
    }
    searching = false;
    poisonous = believed;
    return believed;
  }

  private void isolate(Refused part) throws InterruptedException, GaveUp, LeftOut {
    progress.failed(part.reason);
    if (part.points.size() > 1 && search.goesOn()) {
      search.halved();
      halves(part.points);
    } else {
      if (part.points.size() == 1) {
        search.foundBad();
      }
      (part.failing ? blamed : refused).add(part);
    }
  }

  private void divide(Batch part, String reason) throws InterruptedException, GaveUp, LeftOut {
    progress.failed(reason);
    if (part.size() == 1) {
      pointTooLarge = true;
      refused.add(new Refused(part, reason, false));
    } else {
      tooLarge = Math.min(tooLarge, part.size());
      halves(part);
    }
  }

  private void halves(Batch part) throws InterruptedException, GaveUp, LeftOut {
    part(part.part(0, part.size() / 2));
    part(part.part(part.size() / 2, part.size()));
  }
}
