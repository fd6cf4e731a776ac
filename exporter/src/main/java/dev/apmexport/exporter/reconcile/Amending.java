package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/** Decides of each point that is not as it should be whether it can be sent, and hands it out or takes it for refused. */
final class Amending {
  private static final String OVERTAKEN = "sent before later data came, and no longer right; "
      + "it can neither be taken back nor be set right";

  private final int revision;
  private final Reach reach;
  private final LedgerState booked;
  private final Consumer<Point> out;
  private final Refusals refusals = new Refusals();
  private long pending;
  private boolean early;
  private long doubtfulUntil = Long.MIN_VALUE;
  private ObjLongConsumer<Point> later = (_, _) -> {};

  Amending(int revision, Reach reach, LedgerState booked, Consumer<Point> out) {
    this.revision = revision;
    this.reach = reach;
    this.booked = booked;
    this.out = out;
  }

  void deferring(ObjLongConsumer<Point> taker) {
    later = taker;
  }

  /** A point in whose place an earlier request may still arrive, and stand. */
  void await(Point point, long givenUpAt) {
    pending++;
    if (reach.wanted().test(point.atMillis())) {
      early = true;
      long until = Reach.arrivedBy(givenUpAt);
      doubtfulUntil = Math.max(doubtfulUntil, until);
      later.accept(point, until);
    }
  }

  /** A point before accepted ones: only a destination that takes samples out of order can take it. */
  void gap(Point point) {
    if (reach.goesBackTo(point.atMillis())) {
      send(point, true);
    } else {
      refuseAgain(point, "missing before accepted points, " + reach.whyNot());
    }
  }

  /** A point after all accepted ones. */
  void tail(Point point) {
    if (reach.continuesAt(point.atMillis())) {
      send(point, false);
    } else {
      refuseAgain(point, "never accepted, and " + reach.whyNot());
    }
  }

  /**
   * A point that was accepted with another value.
   *
   * @param isOlder whether accepted ones follow it
   */
  void changed(Point point, boolean isOlder) {
    replace(point, isOlder, "accepted with another value, ");
  }

  /**
   * A point that was sent where later data demand none, and says something else than they do.
   *
   * @param isOlder whether accepted ones follow it
   */
  void overtaken(Point point, boolean isOlder) {
    replace(point, isOlder, OVERTAKEN + ", ");
  }

  /** The same of a series of which nothing at all is demanded. */
  void pointless(Series series, long atMillis) {
    refusals.add(series, atMillis, OVERTAKEN);
  }

  private void replace(Point point, boolean isOlder, String what) {
    boolean inPlace = isOlder || reach.overwrites();
    if (inPlace && reach.goesBackTo(point.atMillis())) {
      send(point, true);
    } else {
      refuse(point, what + (inPlace ? reach.whyNot() : "and it is the series' newest sample"));
    }
  }

  /** A point that was set right before, where that can be done once only. */
  void spent(Point point) {
    refuse(point, "set right once before, and a receiver may ignore a second correction");
  }

  private void send(Point point, boolean beforeOthers) {
    Optional<Rejection> refused = booked.rejection(revision, point.series().key(), point.atMillis());
    if (refused.isPresent()) {
      refuse(point, refused.get().reason());
      return;
    }
    pending++;
    boolean waits = beforeOthers && reach.isEarly();
    early |= waits;
    if (!waits && reach.wanted().test(point.atMillis())) {
      out.accept(point);
    }
  }

  /** A point that cannot be sent again; if the destination refused it in the first pass, its words belong to the reason. */
  private void refuseAgain(Point point, String reason) {
    String words = booked.rejection(Booking.FIRST_PASS, point.series().key(), point.atMillis())
        .map(refused -> "; it was first refused with: " + refused.reason()).orElse("");
    refusals.add(point.series(), point.atMillis(), reason, words);
  }

  private void refuse(Point point, String reason) {
    refusals.add(point.series(), point.atMillis(), reason);
  }

  Refusals refusals() {
    return refusals;
  }

  /** How many points are still to be sent. */
  long pending() {
    return pending;
  }

  /** When the last request arrives at the latest that something waits for; {@link Long#MIN_VALUE} if nothing does. */
  long doubtfulUntil() {
    return doubtfulUntil;
  }

  /** Whether something waits because more data may come, or a request that was given up. */
  boolean isEarly() {
    return early;
  }
}
