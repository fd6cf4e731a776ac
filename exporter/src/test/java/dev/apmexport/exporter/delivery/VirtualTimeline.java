package dev.apmexport.exporter.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Map<Thread, KernelThread> inKernel = new ConcurrentHashMap<>();
  private @Nullable Sleeper watching;
  private int looks;
  private boolean ownerAwaits;
  private long ownersLooks;
  private long ownersLooksBefore;
  private volatile long now;

  /** Someone who waits for a moment. One of them watches whether time can pass; the others are told. */
  private record Sleeper(long wake, Condition told) {}

  public VirtualTimeline(long startMillis) {
    this.now = startMillis;
  }

  /** Makes threads that this time waits for. */
  public ThreadFactory threads() {
    return task -> {
      Thread thread = Thread.ofPlatform().daemon().name("time-" + threads.size()).unstarted(() -> live(task));
      threads.add(thread);
      return thread;
    };
  }

  private void live(Runnable task) {
    if (KernelThread.isKnown()) {
      inKernel.put(Thread.currentThread(), KernelThread.current());
    }
    try {
      task.run();
    } finally {
      KernelThread known = inKernel.remove(Thread.currentThread());
      if (known != null) {
        known.close();
      }
    }
  }

  /**
   * Waits, in real time, until something is so; meanwhile only the other threads make this time pass. It stands still
   * from the moment on when they all wait and it is so. By the thread that made this time alone.
   */
  public void until(BooleanSupplier condition) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      ownerAwaits = true;
      while (!condition.getAsBoolean()) {
        ownersLooks++;
        passed.awaitNanos(PAUSE_NANOS);
      }
    } finally {
      ownerAwaits = false;
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
   * A thread may be handed work after it was looked at, by one that rests when its own turn comes: hence two looks. Linux
   * tells of a thread whether it was woken; elsewhere it may still look as if it waited, which is rare, and all it does is
   * that some time passes too early. If the owner awaits something, it too has to have looked since the others came to
   * rest.
   */
  private void watch(Thread me, Sleeper mine) throws InterruptedException {
    looks = othersRest(me) ? looks + 1 : 0;
    ownersLooksBefore = looks == 1 ? ownersLooks : ownersLooksBefore;
    if (looks >= LOOKS && (!ownerAwaits || ownersLooks > ownersLooksBefore)) {
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
    if (sleeper != null) { return sleeper.wake > now && !thread.isInterrupted(); }
    if (thread == owner) { return ownerAwaits; }
    return switch (thread.getState()) {
      case NEW, RUNNABLE -> false;
      case BLOCKED, WAITING, TIMED_WAITING -> sleeps(thread);
      case TERMINATED -> true;
    };
  }

  private boolean sleeps(Thread thread) {
    KernelThread known = inKernel.get(thread);
    return known == null || known.rests();
  }
}
