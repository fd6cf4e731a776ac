package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.delivery.Circuit.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the lanes of one delivery share on the way to their destination: the limit of points, the circuit breaker, the
 * size of request it was found to take, and how long it is tried. All waiting is done here.
 */
final class Gate {
  /** A lane that waits looks so often whether the destination came back or the time is over. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Timeline time;
  private final PointLimit limit;
  private final Circuit circuit;
  private final Progress progress;
  private final AtomicInteger largest = new AtomicInteger(Integer.MAX_VALUE);
  private final AtomicLong taken = new AtomicLong();
  private volatile boolean seenToTake;
  private volatile Instant giveUpAt = Instant.MAX;

  Gate(Delivery.Means means, Progress progress) {
    this.time = means.time();
    this.limit = means.limit();
    this.circuit = new Circuit(time);
    this.progress = progress;
  }

  /** From now on failures are repeated until this time only. */
  void giveUpAt(Instant when) {
    giveUpAt = when;
  }

  /** Waits until a request with so many points may leave. What became of it is to be told to {@link #left}. */
  void enter(int points) throws InterruptedException, GaveUp {
    Duration wait = limit.reserve(points);
    if (!wait.isZero()) {
      rest(wait, wait, "The limit of points per second leaves no time for the rest.");
    }
    while (!circuit.lets()) {
      rest(LOOK, LOOK, "The destination does not answer.");
    }
  }

  void left(Finding finding) {
    circuit.note(finding);
  }

  /** Notes that the destination took points. */
  void took() {
    taken.incrementAndGet();
  }

  /** Notes that the destination took points of the first pass, of an earlier worker maybe. */
  void seenToTake() {
    seenToTake = true;
  }

  /** Whether it did, whichever lane they were of. */
  boolean wasSeenToTake() {
    return seenToTake;
  }

  /** How many requests with points the destination took, whichever lane they were of. */
  long taken() {
    return taken.get();
  }

  /**
   * Waits before the next try.
   *
   * @param least to wait in any case
   * @param most to wait if the destination is not heard of meanwhile
   * @param reason of the wait, kept if there is no time for it
   */
  void rest(Duration least, Duration most, String reason) throws InterruptedException, GaveUp {
    Instant from = time.instant();
    Instant until = from.plus(most);
    long seen = circuit.recoveries();
    for (Instant now = from; now.isBefore(until); now = time.instant()) {
      if (!until.isBefore(giveUpAt)) { throw new GaveUp(reasonOf(reason)); }
      boolean recovered = circuit.recoveries() != seen;
      if (recovered && !now.isBefore(from.plus(least))) { return; }
      Duration left = Duration.between(now, until);
      time.sleep(left.compareTo(LOOK) < 0 ? left : LOOK);
    }
  }

  /** The destination's own words, if it has said anything. */
  private String reasonOf(String reason) {
    String last = progress.lastError();
    return last == null ? reason : last;
  }

  /** The most points a request may carry, as far as is known. */
  int largest() {
    return largest.get();
  }

  /** Notes that the destination takes requests of so many points and none twice as large. */
  void takesAtMost(int points) {
    largest.accumulateAndGet(Math.max(1, points), Math::min);
  }
}
