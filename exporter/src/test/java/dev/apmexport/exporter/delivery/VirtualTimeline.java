package dev.apmexport.exporter.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Time that passes only while nobody has anything to do: when the thread that made it and all threads of its factory
 * wait, it jumps to the moment the first of them sleeps until. So hours pass in milliseconds, and no result depends on
 * how fast the machine is.
 */
public final class VirtualTimeline implements Timeline {
  private static final int LOOKS = 10;
  private static final long PAUSE_NANOS = 50_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition passed = lock.newCondition();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final Map<Thread, Long> wakes = new HashMap<>();
  private volatile long now;

  public VirtualTimeline(long startMillis) {
    this.now = startMillis;
    threads.add(Thread.currentThread());
  }

  /** Makes threads that this time waits for. */
  public ThreadFactory threads() {
    return task -> {
      Thread thread = Thread.ofPlatform().daemon().name("virtual-time-" + threads.size()).unstarted(task);
      threads.add(thread);
      return thread;
    };
  }

  /** Waits, in real time, until something is so; meanwhile only the other threads make this time pass. */
  public void until(BooleanSupplier condition) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!condition.getAsBoolean()) {
        passed.awaitNanos(PAUSE_NANOS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether all threads of the factory have ended. */
  public boolean isQuiet() {
    return threads.stream().skip(1).noneMatch(Thread::isAlive);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(now);
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    Thread me = Thread.currentThread();
    lock.lockInterruptibly();
    long wake = now + Math.max(0, time.toMillis());
    wakes.put(me, wake);
    try {
      while (now < wake) {
        if (Thread.interrupted()) { throw new InterruptedException(); }
        if (othersRest(me)) {
          now = wakes.values().stream().mapToLong(Long::longValue).min().orElse(wake);
          passed.signalAll();
        } else {
          passed.awaitNanos(PAUSE_NANOS);
        }
      }
    } finally {
      wakes.remove(me);
      lock.unlock();
    }
  }

  /**
   * A thread that was just handed work may still look as if it waited; several looks make that rare, and all it does is
   * that some time passes too early.
   */
  private boolean othersRest(Thread me) {
    for (int look = 0; look < LOOKS; look++) {
      for (Thread thread : threads) {
        if (thread != me && !rests(thread)) { return false; }
      }
      Thread.yield();
    }
    return true;
  }

  private boolean rests(Thread thread) {
    Long wake = wakes.get(thread);
    if (wake != null) { return wake > now; }
    return switch (thread.getState()) {
      case NEW, RUNNABLE -> false;
      case BLOCKED, WAITING, TIMED_WAITING, TERMINATED -> true;
    };
  }
}
