package dev.apmexport.exporter.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only while nobody has anything to do: when the thread that made it and all threads of its factory
 * wait, it jumps to the moment the first of them sleeps until. So hours pass in milliseconds, and no result depends on
 * how fast the machine is.
 */
public final class VirtualTimeline implements Timeline {
  private static final int LOOKS = 2;
  private static final long PAUSE_NANOS = 20_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition passed = lock.newCondition();
  private final Thread owner = Thread.currentThread();
  private final List<Thread> threads = new CopyOnWriteArrayList<>(List.of(owner));
  private final AtomicInteger lyingDown = new AtomicInteger();
  private final Map<Thread, Sleeper> sleepers = new HashMap<>();
  private @Nullable Sleeper watching;
  private int looks;
  private volatile long now;

  /** Someone who waits for a moment. One of them watches whether time can pass; the others are told. */
  private record Sleeper(long wake, Condition told) {}

  public VirtualTimeline(long startMillis) {
    this.now = startMillis;
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
    return threads.stream().noneMatch(thread -> thread != owner && thread.isAlive());
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(now);
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    Thread me = Thread.currentThread();
    Sleeper mine = lieDown(me, time.toMillis());
    try {
      while (now < mine.wake) {
        if (Thread.interrupted()) { throw new InterruptedException(); }
        watching = watching == null ? mine : watching;
        if (watching != mine) {
          mine.told.await();
        } else {
          watch(me, mine);
        }
      }
    } finally {
      sleepers.remove(me);
      watching = watching == mine ? null : watching;
      if (watching == null) {
        sleepers.values().stream().filter(next -> next.wake > now).findAny().ifPresent(next -> next.told.signal());
      }
      lock.unlock();
    }
  }

  /** Takes the lock. */
  private Sleeper lieDown(Thread me, long millis) throws InterruptedException {
    lyingDown.incrementAndGet();
    try {
      lock.lockInterruptibly();
      Sleeper mine = new Sleeper(now + Math.max(0, millis), lock.newCondition());
      sleepers.put(me, mine);
      return mine;
    } finally {
      lyingDown.decrementAndGet();
    }
  }

  /**
   * A thread that was just handed work may still look as if it waited; several looks, some microseconds apart, make that
   * rare, and all it does is that some time passes too early.
   */
  private void watch(Thread me, Sleeper mine) throws InterruptedException {
    looks = othersRest(me) ? looks + 1 : 0;
    if (looks == LOOKS) {
      looks = 0;
      pass();
    } else {
      mine.told.awaitNanos(PAUSE_NANOS);
    }
  }

  private void pass() {
    now = sleepers.values().stream().mapToLong(Sleeper::wake).min().orElseThrow();
    sleepers.values().stream().filter(sleeper -> sleeper.wake <= now).forEach(sleeper -> sleeper.told.signal());
    passed.signalAll();
    threads.removeIf(thread -> thread != owner && thread.getState() == Thread.State.TERMINATED);
  }

  private boolean othersRest(Thread me) {
    return lyingDown.get() == 0 && threads.stream().allMatch(thread -> thread == me || rests(thread));
  }

  private boolean rests(Thread thread) {
    Sleeper sleeper = sleepers.get(thread);
    if (sleeper != null) { return sleeper.wake > now; }
    return switch (thread.getState()) {
      case NEW, RUNNABLE -> false;
      case BLOCKED, WAITING, TIMED_WAITING, TERMINATED -> true;
    };
  }
}
