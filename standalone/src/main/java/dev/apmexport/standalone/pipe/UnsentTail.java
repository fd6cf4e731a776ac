package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.delivery.Step;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Steps that wait for the destination, within a bound of memory. When it is full, whoever adds waits a while if the
 * destination takes anything at all; after that, or while it takes nothing, the oldest are dropped and counted, since k6
 * must not be held up for ever and its newest values are worth most.
 */
final class UnsentTail {
  /** What a step costs beside its points, and a point, with some room to spare. */
  private static final int BYTES_OF_STEP = 200;
  private static final int BYTES_OF_POINT = 16;
  private static final long LOOK_MILLIS = 50;
  /** So long k6 may be held up, counted anew when half of the room is free again. */
  private static final Duration LONGEST_HOLD = Duration.ofSeconds(10);

  private final Queue<Step> steps = new ArrayDeque<>();
  private final long mostBytes;
  private final BooleanSupplier moving;
  private final InstantSource time;
  private @Nullable Instant fullSince;
  private long bytes;
  private long dropped;

  /** @param moving whether the destination takes anything */
  UnsentTail(long mostBytes, BooleanSupplier moving, InstantSource time) {
    this.mostBytes = mostBytes;
    this.moving = moving;
    this.time = time;
  }

  synchronized void add(Step step) {
    awaitRoom(step);
    steps.add(step);
    bytes += size(step);
    while (bytes > mostBytes && steps.size() > 1) {
      dropped += points(remove());
    }
  }

  private void awaitRoom(Step step) {
    if (bytes <= mostBytes / 2) {
      fullSince = null;
    }
    try {
      while (!steps.isEmpty() && bytes + size(step) > mostBytes && moving.getAsBoolean() && mayHold()) {
        wait(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // then there is no time to wait
    }
  }

  private boolean mayHold() {
    Instant now = time.instant();
    fullSince = fullSince == null ? now : fullSince;
    return now.isBefore(fullSince.plus(LONGEST_HOLD));
  }

  /** The oldest step, or null if none waits. */
  synchronized @Nullable Step poll() {
    if (steps.isEmpty()) { return null; }
    notifyAll();
    return remove();
  }

  private Step remove() {
    Step step = steps.remove();
    bytes -= size(step);
    return step;
  }

  private static long size(Step step) {
    return BYTES_OF_STEP + BYTES_OF_POINT * points(step);
  }

  private static long points(Step step) {
    return step.batch().size();
  }

  /** Points that were dropped unsent. */
  synchronized long dropped() {
    return dropped;
  }
}
