package dev.apmexport.exporter.delivery;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How far one export is, in numbers that balance: {@code points = accepted + rejected + pending}. Written by the
 * threads that send, read by whoever reports.
 */
public final class Progress {
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong points = new AtomicLong();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private volatile boolean paused;
  private volatile @Nullable String lastError;

  void queued(int count) {
    points.addAndGet(count);
  }

  void settled(int taken, int refused) {
    steps.incrementAndGet();
    accepted.addAndGet(taken);
    rejected.addAndGet(refused);
  }

  void paused(boolean now) {
    paused = now;
  }

  void failed(String reason) {
    lastError = reason;
  }

  /** Batches that are settled. */
  public long steps() {
    return steps.get();
  }

  public long accepted() {
    return accepted.get();
  }

  public long rejected() {
    return rejected.get();
  }

  public long pending() {
    return points.get() - accepted.get() - rejected.get();
  }

  /** Whether the destination refuses everything until a human changes something. */
  public boolean isPaused() {
    return paused;
  }

  /** The latest failure in the destination's own words, or null if there was none. */
  public @Nullable String lastError() {
    return lastError;
  }
}
