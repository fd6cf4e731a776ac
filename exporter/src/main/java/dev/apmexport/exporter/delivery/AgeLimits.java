package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * The ages beyond which a receiver may refuse points, whatever else is right with them. What a block declares need not
 * be true, so there may be two.
 *
 * @param oldest what is older than this is refused by any receiver that does as its block says
 * @param youngest what is younger than this is refused by none for its age, unless the block declares more than is true
 */
record AgeLimits(Duration oldest, Duration youngest) {
  /** Receivers that take samples in order take none that is an hour older than their newest. */
  private static final Duration IN_ORDER = Duration.ofHours(1);
  /** No clock goes exactly as another. */
  private static final Duration MARGIN = Duration.ofMinutes(1);
  /** Some tell nobody that a point is too old; such points are not sent in the first place. */
  private static final AgeLimits NONE = new AgeLimits(Duration.ofDays(100_000), Duration.ofDays(100_000));

  /** In the first pass every point continues its series, so that no window is needed. */
  static AgeLimits of(int pass, Amendment amendment) {
    return switch (amendment) {
      case Amendment.Refused _ -> new AgeLimits(IN_ORDER, IN_ORDER);
      case Amendment.OutOfOrder(Duration window) -> {
        List<Duration> both = List.of(IN_ORDER, window);
        yield new AgeLimits(Collections.max(both), pass == Booking.FIRST_PASS ? IN_ORDER : Collections.min(both));
      }
      case Amendment.Overwrites _ -> NONE;
    };
  }

  /** For what takes its time to find out: what is tried next must not be too old again. */
  AgeLimits surely() {
    Duration time = MARGIN.multipliedBy(2);
    return new AgeLimits(oldest.minus(time), youngest.minus(time));
  }

  /** Whether a point of this time may have been too old then. */
  boolean mayForbid(long atMillis, long thenMillis) {
    return atMillis < thenMillis - youngest.minus(MARGIN).toMillis();
  }

  /** Since when points are not older than the oldest limit. */
  long oldestAt(long nowMillis) {
    return nowMillis - oldest.toMillis();
  }

  long youngestAt(long nowMillis) {
    return nowMillis - youngest.toMillis();
  }
}
