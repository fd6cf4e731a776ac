package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.reconcile.Reach;
import dev.apmexport.exporter.reconcile.Reconciliation;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Goes over a run that still lives, some minutes behind it: a destination that takes nothing older than an hour could
 * not be set right at the end of a longer run. It is the second pass's comparison, with all data that came within
 * {@link #LATENESS}. It begins late, so that a short run does not pay for it, and never blocks.
 */
final class RollingPass implements AutoCloseable {
  /** Data that comes later than this is left to the second pass. */
  static final Duration LATENESS = Duration.ofMinutes(5);
  /** So old the first windows are when it begins: far from the hour at which destinations stop taking them. */
  static final Duration BEGINS_AFTER = Duration.ofMinutes(30);
  /** Older windows, as after a long outage of the worker, are left to the second pass. */
  private static final Duration REACH = Duration.ofMinutes(45);
  private static final Duration EVERY = Duration.ofMinutes(2);
  private static final int RECORDS_AT_ONCE = 64;

  private final RunFeed feed;
  private final Exporter.Means means;
  private final LongSupplier settledThrough;
  private final Export export;
  private final Comparison comparison;
  private final Outbox out;
  /** Corrections that a request without an answer could still undo, by the time from when on it cannot. */
  private final TreeMap<Long, List<Point>> deferred = new TreeMap<>();
  private Instant next = Instant.MIN;
  private long through;

  /** @param settledThrough the record through which the live pass has settled all that it made of the log */
  RollingPass(RunSettings settings, Export export, RunFeed feed, Exporter.Means means, LongSupplier settledThrough) {
    this.export = export;
    this.feed = feed;
    this.means = means;
    this.settledThrough = settledThrough;
    LedgerState booked = export.ledger().load();
    Reach reach = new Reach(export.amendment(), means.time(), this::isWanted, false, means.time());
    this.out = new Outbox(export, means, booked, Booking.ROLLING_PASS, Instant.MAX, new Progress());
    booked.amendments().stream().filter(booking -> !booked.isSettled(booking)).map(Outbox::step).forEach(out::add);
    Reconciliation difference = new Reconciliation(Booking.ROLLING_PASS, reach, booked, out::add).deferring(
        (point, until) -> deferred.computeIfAbsent(until, _ -> new ArrayList<>()).add(point));
    this.comparison = new Comparison(settings, export, FirstPass.LIVE, difference, booked);
  }

  private boolean isWanted(long atMillis) {
    return atMillis >= means.time().instant().minus(REACH).toEpochMilli();
  }

  /** Goes some steps on; returns whether there is more to do at once. */
  boolean advance() throws InterruptedException {
    if (!out.hasRoom()) { return false; }
    sendDeferred();
    if (comparison.seq() >= through && !begin()) { return false; }
    comparison.play(feed, Math.min(through, comparison.seq() + RECORDS_AT_ONCE), out::flush);
    return comparison.seq() < through;
  }

  private void sendDeferred() {
    NavigableMap<Long, List<Point>> due = deferred.headMap(means.time().millis(), true);
    if (!due.isEmpty()) {
      due.values().forEach(out::addAll);
      due.clear();
      out.flush();
    }
  }

  /** Looks how far the log tells by now what is right, and the ledger what was sent. */
  private boolean begin() {
    Instant now = means.time().instant();
    if (now.isBefore(next)) { return false; }
    next = now.plus(EVERY);
    long settled = settledThrough.getAsLong();
    long limit = now.minus(LATENESS).getEpochSecond();
    long[] earliestAfter = Horizon.earliestAfter(feed.firstBuckets(feed.head()));
    comparison.knowing(Horizon.complete(earliestAfter, limit)).knowing(export.ledger().loadRejections(), _ -> true);
    through = Math.min(settled, recordThatTells(earliestAfter, limit));
    return comparison.seq() < through;
  }

  /** The first record after which none has anything before this second. */
  private static long recordThatTells(long[] earliestAfter, long second) {
    int seq = 0;
    while (seq < earliestAfter.length - 1 && earliestAfter[seq] < second) {
      seq++;
    }
    return seq;
  }

  /** Whether all that was to be sent is settled. */
  boolean isDrained() {
    return out.isDrained();
  }

  /** From now on a failing destination is tried until this time only. */
  void giveUpAt(Instant time) {
    out.giveUpAt(time);
  }

  /** Throws what its delivery died of. */
  void check() {
    out.check();
  }

  @Override
  public void close() {
    out.close();
  }
}
