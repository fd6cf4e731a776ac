package dev.apmexport.store;

import dev.apmexport.exporter.delivery.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The database's clock, by which all processes agree. Asked every few seconds; in between this machine's clock runs on
 * from there.
 */
public final class DatabaseTimeline implements Timeline {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseTimeline.class);
  private static final long ASK_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final JdbcClient jdbc;
  private volatile Reading reading = new Reading(Instant.EPOCH, Long.MIN_VALUE);

  private record Reading(Instant at, long nanoTime) {
    boolean isStale(long now) {
      return nanoTime == Long.MIN_VALUE || now - nanoTime > ASK_EVERY_NANOS;
    }
  }

  public DatabaseTimeline(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  @Override
  public Instant instant() {
    Reading last = reading;
    long now = System.nanoTime();
    if (last.isStale(now)) {
      last = ask(last);
    }
    return last.at.plusNanos(System.nanoTime() - last.nanoTime);
  }

  private Reading ask(Reading last) {
    long before = System.nanoTime();
    try {
      Instant at = jdbc.sql("select clock_timestamp()").query(OffsetDateTime.class).single().toInstant();
      reading = new Reading(at, before + (System.nanoTime() - before) / 2);
    } catch (DataAccessException e) {
      if (last.nanoTime == Long.MIN_VALUE) { throw e; }
      LOG.warn("The database does not tell its time; this machine's clock runs on from the last reading. {}",
          e.getMessage());
      reading = new Reading(last.at.plusNanos(before - last.nanoTime), before);
    }
    return reading;
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }
}
