package dev.apmexport.worker.secondpass;

import dev.apmexport.exporter.delivery.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** A clock on which nobody goes to sleep once the pass is to stop. */
public record StoppableTimeline(Timeline clock, BooleanSupplier stop) implements Timeline {
  @Override
  public Instant instant() {
    return clock.instant();
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    if (stop.getAsBoolean()) { throw new InterruptedException("The pass was told to stop."); }
    clock.sleep(time);
  }
}
