package dev.apmexport.exporter.sink;

import java.time.Duration;

/** What a destination does with points that do not continue their series. */
public sealed interface Amendment {
  /** Whether a point that leaves now would be dropped, whatever the answer says. */
  default boolean drops(long atMillis, long nowMillis) {
    return this instanceof Overwrites taking
        && atMillis < nowMillis - taking.age.minus(Overwrites.ON_THE_WAY).toMillis();
  }

  /** It takes only what continues a series; {@code why} says so in a report. */
  record Refused(String why) implements Amendment {
    public Refused() {
      this("receiver not declared out-of-order");
    }
  }

  /**
   * It takes points in any order up to this age, and of two for the same time the later one stands. Older ones it drops,
   * and says that it took them.
   */
  record Overwrites(Duration age) implements Amendment {
    private static final Duration ON_THE_WAY = Duration.ofSeconds(30);
  }

  /** It takes older points, and another value for an older point once, up to this age; never for a series' newest. */
  record OutOfOrder(Duration window) implements Amendment {}
}
