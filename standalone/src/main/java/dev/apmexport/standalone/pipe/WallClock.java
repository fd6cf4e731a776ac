package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.delivery.Timeline;
import java.time.Duration;
import java.time.Instant;

/** This machine's clock, the one k6 goes by. */
record WallClock() implements Timeline {
  @Override
  public Instant instant() {
    return Instant.now();
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }
}
