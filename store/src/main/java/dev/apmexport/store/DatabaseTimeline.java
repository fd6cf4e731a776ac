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
 * from there. Rather behind than ahead: what waits for its time may wait longer.
 */
public final class DatabaseTimeline implements Timeline {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseTimeline.class);
  private static final long ASK_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final JdbcClient jdbc;
  private volatile Reading reading = new Reading(Instant.EPOCH, Long.MIN_VALUE);

  private record Reading(Instant at, long nanoTime) {
    boolean isFirst() {
      return nanoTime == Long.MIN_VALUE;
    }

    boolean isStale(long now) {
      return isFirst() || now - nanoTime > ASK_EVERY_NANOS;
    }

    Instant at(long now) {
      return at.plusNanos(now - nanoTime);
    }

    /**
     * The database read its clock at some time between asking, which may have had to wait for a connection, and its
     * answer. Where that leaves it open, the clock runs on as it did.
     */
    Reading corrected(Instant read, long asked, long answered) {
      Instant latest = read.plusNanos(answered - asked);
      boolean holds = !isFirst() && !at(answered).isBefore(read) && !at(answered).isAfter(latest);
      return new Reading(holds ? at(answered) : read, answered);
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
    return last.at(System.nanoTime());
  }

  private Reading ask(Reading last) {
    long before = System.nanoTime();
    try {
      Instant at = jdbc.sql("select clock_timestamp()").query(OffsetDateTime.class).single().toInstant();
      reading = last.corrected(at, before, System.nanoTime());
    } catch (DataAccessException e) {
      if (last.isFirst()) { throw e; }
      LOG.warn("The database does not tell its time; this machine's clock runs on from the last reading. {}",
          e.getMessage());
      reading = new Reading(last.at(before), before);
    }
    return reading;
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }
}
