package dev.apmexport.worker.replay;

import dev.apmexport.exporter.PassProgress;
import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.store.replay.ReplayStates;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells every second how far a part of a replay is, and hears whether it is to stop. */
final class PartWatch implements BooleanSupplier, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final ReplayStates states;
  private final long part;
  private final PassProgress progress;
  private final Timeline time;
  private final BooleanSupplier shuttingDown;
  private final Speed speed = new Speed();
  private final Thread thread;
  private volatile boolean cancelled;

  PartWatch(ReplayStates states, long part, PassProgress progress, Timeline time, ThreadFactory threads,
      BooleanSupplier shuttingDown) {
    this.states = states;
    this.part = part;
    this.progress = progress;
    this.time = time;
    this.shuttingDown = shuttingDown;
    this.thread = threads.newThread(this::watch);
    thread.start();
  }

  /** Whether the part is to stop. */
  @Override
  public boolean getAsBoolean() {
    return cancelled || shuttingDown.getAsBoolean();
  }

  boolean isCancelled() {
    return cancelled;
  }

  private void watch() {
    try {
      while (true) {
        look();
        time.sleep(EVERY);
      }
    } catch (InterruptedException over) {
      // The part has ended.
    }
  }

  private void look() {
    try {
      states.progress(part, speed.progress(new Speed.Reading(time.millis(), progress.steps(), progress.stepsDone(),
          progress.sent(), progress.refused(), progress.lastError())));
      cancelled = states.isCancelled(part);
    } catch (RuntimeException e) { // whatever it is, the next second must still hear of a cancellation
      LOG.debug("How far part {} of a replay is cannot be noted; the next second tells.", part, e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
      look();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
