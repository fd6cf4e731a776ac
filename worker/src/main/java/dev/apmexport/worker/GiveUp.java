package dev.apmexport.worker;

import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import java.time.Instant;

/** How long after the end of a run its exports are tried: as long as the destination could still take the points. */
public final class GiveUp {
  private static final Duration IN_ORDER = Duration.ofHours(1);
  private static final Duration OUT_OF_ORDER = Duration.ofHours(24);
  /** For an export of which it is not known where it goes. */
  public static final Duration LONGEST = OUT_OF_ORDER;

  private GiveUp() {}

  public static Instant after(Instant finished, Amendment amendment) {
    return finished.plus(patience(amendment));
  }

  /** How long a destination is tried that takes nothing. */
  public static Duration patience(Amendment amendment) {
    return amendment instanceof Amendment.OutOfOrder ? OUT_OF_ORDER : IN_ORDER;
  }
}
