package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import java.time.Duration;
import java.time.Instant;

/**
 * One life of a worker: the ledger in its hands, and its own sense of time. At any write to the ledger it may die,
 * before or after the write has come to pass, or stand still for a while as a process without a processor does.
 */
final class Worker implements Ledger, Timeline {
  /** A worker that has taken over so often is left in peace, so that every run comes to its end. */
  private static final int UNLUCKY_WORKERS = 12;
  private static final long OTHER_FOLD = 0x5eed;
  /** Who looks more often than this whether something is done looks in vain, and each look is a step of time. */
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration SELDOM = Duration.ofSeconds(1);

  private final int number;
  private final Scenario scenario;
  private final Ledger ledger;
  private final Timeline time;
  private volatile long frozenUntil = Long.MIN_VALUE;
  private volatile boolean dead;

  Worker(int number, Scenario scenario, Ledger ledger, Timeline time) {
    this.number = number;
    this.scenario = scenario;
    this.ledger = ledger;
    this.time = time;
  }

  int number() {
    return number;
  }

  boolean isFrozen() {
    return frozenUntil > time.millis();
  }

  long frozenUntil() {
    return frozenUntil;
  }

  boolean isDead() {
    return dead;
  }

  @Override
  public LedgerState load() {
    return ledger.load();
  }

  @Override
  public void book(Booking booking) {
    boolean other = scenario.version() == Scenario.Version.BOOKED_OTHERWISE && booking.pass() == 0;
    Booking written = !other ? booking
        : new Booking(booking.pass(), booking.shard(), booking.step(), booking.atMillis(),
            booking.fingerprint() ^ OTHER_FOLD, booking.points(), booking.amendments());
    write(booking.pass(), "book " + booking.shard() + " " + booking.step(), () -> ledger.book(written));
  }

  @Override
  public void settle(int pass, int shard, long step) {
    write(pass, "settle " + shard + " " + step, () -> ledger.settle(pass, shard, step));
  }

  @Override
  public void doubtful(int pass, int shard, long step, long atMillis) {
    write(pass, "doubtful " + shard + " " + step, () -> ledger.doubtful(pass, shard, step, atMillis));
  }

  @Override
  public void reject(Rejection rejection) {
    write(rejection.pass(), "reject " + rejection.series() + rejection.fromMillis(), () -> ledger.reject(rejection));
  }

  private void write(int pass, String what, Runnable write) {
    standStillFor(pass, what);
    boolean dies = isHit("death", pass, what, scenario.deaths());
    if (dies && Draw.fraction(scenario.seed(), "after", number, what) < 0.5) {
      write.run();
    }
    dead |= dies;
    if (dead) { throw new Fenced("died"); }
    write.run();
  }

  private void standStillFor(int pass, String what) {
    if (!isFrozen() && isHit("freeze", pass, what, scenario.freezes())) {
      frozenUntil = time.millis() + 30_000 + (long) (Draw.fraction(scenario.seed(), "long", number) * 200_000);
    }
    try {
      thaw();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Fenced("died");
    }
  }

  /** A second pass writes little, so each of its writes is more likely to be hit. */
  private boolean isHit(String by, int pass, String what, double probability) {
    double likely = pass == 0 ? probability : Math.min(0.2, 20 * probability);
    return number < UNLUCKY_WORKERS && Draw.fraction(scenario.seed(), by, number, pass, what) < likely;
  }

  private void thaw() throws InterruptedException {
    while (isFrozen()) {
      time.sleep(Duration.ofMillis(frozenUntil - time.millis()));
    }
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    if (dead) { throw new InterruptedException(); }
    time.sleep(duration.compareTo(POLL) < 0 ? SELDOM : duration);
    thaw();
    if (dead) { throw new InterruptedException(); }
  }

  @Override
  public Instant instant() {
    return time.instant();
  }

  @Override
  public long millis() {
    if (dead) { throw new Fenced("died"); }
    return time.millis();
  }
}
