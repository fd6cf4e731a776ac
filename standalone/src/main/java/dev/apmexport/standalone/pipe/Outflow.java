package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.delivery.Delivery;
import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.SinkConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Steps on their way out: a bounded tail that waits, and the delivery that sends, a few steps of it at a time. */
final class Outflow implements AutoCloseable {
  /** Points the delivery holds: some requests for each shard, and little beside the tail, which is bounded in bytes. */
  private static final long IN_DELIVERY = 20_000;
  private static final Duration PAUSE = Duration.ofMillis(10);
  /** A destination that settled nothing for so long takes nothing. */
  private static final Duration STANDSTILL = Duration.ofSeconds(10);
  /** Shorter than the service's 30 s: nobody waits that long for a command to end. */
  private static final RetryPolicy RETRY = new RetryPolicy(
      IntervalFunction.ofExponentialRandomBackoff(Duration.ofMillis(100), 2.0, 0.5, Duration.ofSeconds(5)));

  private final Timeline time;
  private final Progress progress = new Progress();
  private final Delivery delivery;
  private final UnsentTail tail;
  private volatile Instant lastMove;
  private volatile boolean closed;
  private long settled;

  /** How many points went which way; all of them together are the run's. */
  record Points(long sent, long refused, long notSent) {}

  Outflow(SinkConfig sink, int shards, long tailBytes, HttpTransport http, RefusalNotes refusals, Timeline time,
      ThreadFactory threads) {
    this.time = time;
    this.lastMove = time.instant();
    this.tail = new UnsentTail(tailBytes, this::isMoving);
    this.delivery = new Delivery(shards, refusals.load(),
        new Delivery.Means(() -> sink.open(http), sink.amendment(), refusals, RETRY, time, threads), progress);
    threads.newThread(this::pump).start();
  }

  /** Hands in a step; waits while the tail is full and the destination takes something. */
  void submit(Step step) {
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
    return Duration.between(lastMove, time.instant()).compareTo(STANDSTILL) < 0;
  }

  /** Waits until all is settled, but not for ever. */
  void drain(Duration longest) {
    Instant until = time.instant().plus(longest);
    delivery.giveUpAt(until);
    try {
      while (!isDrained() && !delivery.gaveUp() && failure() == null && time.instant().isBefore(until)) {
        time.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // then there is no time to wait
    }
  }

  private synchronized boolean isDrained() {
    return tail.waiting() == 0 && delivery.isDrained();
  }

  Points points() {
    return new Points(progress.accepted(), progress.rejected(), waiting() + tail.dropped());
  }

  /** Points that are still to be sent. */
  long waiting() {
    return tail.waiting() + progress.pending();
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
    delivery.close();
  }
}
