package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.sink.WriteResult.RetryLater;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;

/**
 * How long to wait before a batch is sent again: doubling from 100 ms to 30 s, half of it random so that many exports
 * do not come back at the same moment; longer where the remote end asks for it.
 */
public record RetryPolicy(IntervalFunction backoff) {
  /** A batch that failed so often is suspected to hold something the remote end cannot digest. */
  static final int SUSPECT_AFTER = 10;
  /** The same for a part of such a batch; one failure is an accident. */
  static final int POISON_AFTER = 2;
  /** Before a batch is suspected once more at a destination that takes no points at all. */
  static final Duration WHILE_NOTHING_IS_TAKEN = Duration.ofSeconds(30);
  /**
   * So long nothing is believed to be poison where nothing else is sent that would tell, and the series may be new. A
   * destination that is ill is mostly well again by then; if it is not, later passes set right what this has cost.
   */
  static final Duration BELIEVED_AFTER = Duration.ofMinutes(5);
  /** How often a destination that refuses our credentials is asked again. */
  static final Duration WHILE_PAUSED = Duration.ofSeconds(30);

  public static RetryPolicy standard() {
    return new RetryPolicy(
        IntervalFunction.ofExponentialRandomBackoff(Duration.ofMillis(100), 2.0, 0.5, Duration.ofSeconds(30)));
  }

  /** @param failures how often in a row, at least 1 */
  Duration before(int failures, RetryLater result) {
    Duration own = Duration.ofMillis(backoff.apply(failures));
    return own.compareTo(result.after()) > 0 ? own : result.after();
  }
}
