package dev.apmexport.exporter.delivery;

import java.time.Duration;
import java.time.InstantSource;

/**
 * The clock that sending goes by, and waiting on it. The product's is the database's clock; a test's moves when it is
 * told.
 */
public interface Timeline extends InstantSource {
  void sleep(Duration time) throws InterruptedException;
}
