package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.delivery.Delivery;
import dev.apmexport.exporter.delivery.PointLimit;
import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.SinkConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Steps on their way out: a bounded tail that waits, and the delivery that sends, a few steps of it at a time. */
final class Outflow implements AutoCloseable {
  /** Points the delivery holds: some requests for each shard, and little beside the tail, which is bounded in bytes. */
  private static final long IN_DELIVERY = 20_000;
  /** No window is longer, and a step further ahead of the clock is not worth the wait. */
  private static final Duration LONGEST_AHEAD = Duration.ofSeconds(PipeSettings.MOST_SECONDS + 1);
  private static final Duration PAUSE = Duration.ofMillis(10);
  /** A destination that settled nothing for so long takes nothing. */
  private static final Duration STANDSTILL = Duration.ofSeconds(10);
  /** For a lane to end that was told to; it is broken off wherever it waits, so it needs no more than its turn. */
  private static final Duration ENDING = Duration.ofSeconds(5);
  /** Shorter than the service's 30 s: nobody waits that long for a command to end. */
  private static final RetryPolicy RETRY = new RetryPolicy(
      IntervalFunction.ofExponentialRandomBackoff(Duration.ofMillis(100), 2.0, 0.5, Duration.ofSeconds(5)));

  private final Timeline time;
  private final Progress progress = new Progress();
  private final List<Thread> lanes = new CopyOnWriteArrayList<>();
  private final Delivery delivery;
  private final Thread pump;
  private final UnsentTail tail;
  private final RefusalNotes refusals;
  private final AtomicLong handedIn = new AtomicLong();
  private volatile long lastMillis;
  private volatile Instant lastMove;
  private volatile boolean closed;
  private volatile boolean brokenOff;
  private volatile @Nullable Points last;
  private long settled;

  /** How many points went which way; all of them together are those that were handed in. */
  record Points(long sent, long refused, long notSent) {}

  Outflow(SinkConfig sink, int shards, long tailBytes, HttpTransport http, RefusalNotes refusals, Timeline time,
      ThreadFactory threads) {
    this.refusals = refusals;
    this.time = time;
    this.lastMove = time.instant();
    this.tail = new UnsentTail(tailBytes, this::isMoving, time);
    // No second pass comes to mend a series, so one refused point must not silence it.
    this.delivery = new Delivery(shards, refusals.load(), new Delivery.Means(() -> sink.open(http), sink.amendment(),
        refusals, RETRY, time, task -> lane(threads.newThread(task)), PointLimit.NONE, false, false), progress);
    this.pump = threads.newThread(this::pump);
    pump.start();
  }

  private Thread lane(Thread thread) {
    lanes.add(thread);
    return thread;
  }

  /** Hands in a step; waits a while if the tail is full and the destination takes something. By one thread at a time. */
  void submit(Step step) {
    lastMillis = Math.max(lastMillis, step.batch().atMillis());
    handedIn.addAndGet(step.batch().size());
    tail.add(step);
  }

  private void pump() {
    try {
      while (!closed) {
        if (!pass()) {
          time.sleep(PAUSE);
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Passes a step on, if there is one and room for it. */
  private synchronized boolean pass() {
    if (closed) { return false; }
    look();
    Step step = progress.pending() < IN_DELIVERY ? tail.poll() : null;
    if (step == null) { return false; }
    delivery.submit(step);
    return true;
  }

  private void look() {
    long now = progress.accepted() + progress.rejected();
    if (now != settled || progress.pending() == 0) {
      settled = now;
      lastMove = time.instant();
    }
  }

  private boolean isMoving() {
    return !brokenOff && Duration.between(lastMove, time.instant()).compareTo(STANDSTILL) < 0;
  }

  /**
   * Waits until all is settled, but not for ever, and ends the sending.
   *
   * @param longest to wait from when the last step may be sent
   */
  void drain(Duration longest) {
    Instant until = lastDue().plus(longest);
    delivery.giveUpAt(until);
    handOverTheRest();
    try {
      while (delivery.isAtWork() && !brokenOff && time.instant().isBefore(until)) {
        time.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // then there is no time to wait
    }
    delivery.close();
    awaitEnd();
    last = points();
  }

  /** Else what is taken in this moment would be told as not sent. */
  private void awaitEnd() {
    try {
      for (Thread lane : lanes) {
        lane.join(ENDING);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing is sent before its time, which of a window is its end. */
  private Instant lastDue() {
    Instant now = time.instant();
    Instant due = Instant.ofEpochMilli(lastMillis);
    Instant latest = now.plus(LONGEST_AHEAD);
    return due.isBefore(now) ? now : due.isAfter(latest) ? latest : due;
  }

  /** A lane that gave up must not keep the others from what is theirs. Nothing more comes, so it takes no more memory. */
  private synchronized void handOverTheRest() {
    closed = true;
    for (Step step = tail.poll(); step != null; step = tail.poll()) {
      delivery.submit(step);
    }
  }

  /** Ends all waiting; what is not sent by now is not sent. */
  void breakOff() {
    brokenOff = true;
  }

  /** What became of what was handed in up to now; after the drain it is final. */
  Points points() {
    Points known = last;
    if (known != null) { return known; }
    long sent = progress.accepted();
    long refused = progress.rejected();
    return new Points(sent, refused, handedIn.get() - sent - refused);
  }

  /** Points that are still to be sent, those included that are just being passed on. */
  long waiting() {
    long dropped = tail.dropped();
    return points().notSent() - dropped;
  }

  /** Whether these words of the destination are about points that are settled as refused. */
  boolean isRefusal(String words) {
    return words.equals(refusals.latest());
  }

  long dropped() {
    return tail.dropped();
  }

  /** The destination's latest failure in its own words, or null if there was none. */
  @Nullable
  String lastError() {
    String failure = failure();
    return failure == null ? progress.lastError() : failure;
  }

  /** Whether the destination refuses everything until a human changes something. */
  boolean isPaused() {
    return progress.isPaused();
  }

  /** A fault of our own that ended the sending, or null. */
  private @Nullable String failure() {
    try {
      delivery.check();
      return null;
    } catch (RuntimeException e) {
      return "The sending broke off: " + e;
    }
  }

  @Override
  public void close() {
    closed = true;
    pump.interrupt();
    delivery.close();
  }
}
