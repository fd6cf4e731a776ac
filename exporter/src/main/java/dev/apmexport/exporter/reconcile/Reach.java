package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongPredicate;

/**
 * How far back a destination lets itself be set right at this moment, and why no farther.
 *
 * @param wanted of which times points are to be sent at all
 * @param early whether more data may come: a receiver that takes one correction for each point is not corrected then
 * @param asOf when it is asked whether a request may still arrive; it stands still where the answer must not change
 */
public record Reach(Amendment amendment, InstantSource clock, LongPredicate wanted, boolean early,
    InstantSource asOf) {
  /** So long after a request was given up it may still arrive; what comes later than that is beyond our care. */
  private static final Duration LATEST_ARRIVAL = Duration.ofSeconds(200);
  /** Sending takes time, so a minute less than the receiver allows. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  boolean goesBackTo(long atMillis) {
    return switch (amendment) {
      case Amendment.Refused _ -> false;
      case Amendment.OutOfOrder taking -> isYoungerThan(taking.window(), atMillis);
      case Amendment.Overwrites taking -> isYoungerThan(taking.age(), atMillis);
    };
  }

  private boolean isYoungerThan(Duration age, long atMillis) {
    return atMillis > clock.millis() - age.minus(MARGIN).toMillis();
  }

  /** Points after all accepted ones continue their series, so that only their age can stand against them. */
  boolean continuesAt(long atMillis) {
    return !overwrites() || goesBackTo(atMillis);
  }

  /** Whether a series' newest point can be replaced like any other. */
  boolean overwrites() {
    return amendment instanceof Amendment.Overwrites;
  }

  /** Whether a point that was replaced can be replaced again; some receivers take the second and ignore it. */
  boolean replacesOnce() {
    return amendment instanceof Amendment.OutOfOrder;
  }

  /** Whether what is put before accepted points has to wait for data that may still come. */
  boolean isEarly() {
    return early && replacesOnce();
  }

  /** Whether a point has to wait for a request that was given up then, and would stand if it arrived after it. */
  boolean awaits(long atMillis, long givenUpAt) {
    return overwrites() && givenUpAt != Doubts.NONE && asOf.millis() < arrivedBy(givenUpAt) && goesBackTo(atMillis);
  }

  static long arrivedBy(long givenUpAt) {
    return givenUpAt + LATEST_ARRIVAL.toMillis();
  }

  /** Why a point that is right by what was answered may be wrong, where a request with another value was not. */
  String whyDoubtful() {
    return replacesOnce() ? "an unanswered request with the earlier value may have taken its one correction"
        : "an unanswered request with the earlier value may have been stored, and a receiver may keep both";
  }

  String whyNot() {
    return switch (amendment) {
      case Amendment.Refused(String why) -> why;
      case Amendment.OutOfOrder _ -> "older than the receiver's out-of-order window";
      case Amendment.Overwrites taking -> "older than the " + taking.age().toMinutes()
          + " min the receiver takes; it would drop the point and say that it took it";
    };
  }
}
