package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.reconcile.Reconciliation;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.Shape;
import dev.apmexport.exporter.source.RunFeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Plays a log through two folds at a time: as the first pass folded it, which with the ledger tells what a destination
 * has accepted, and with all data in, which tells what is right.
 */
final class Comparison {
  private final Reconciliation difference;
  private final Shape right;
  private final Channel asRight;
  private final Fold fold;
  private Horizon complete;
  private LedgerState booked;
  private Predicate<Step> settled;
  private long sentThrough = Long.MIN_VALUE;
  private long rightThrough = Long.MIN_VALUE;
  private final List<ForerunnersSteps> before;
  private boolean unproven;

  Comparison(RunSettings settings, Export export, FirstPass first, Reconciliation difference, LedgerState booked) {
    this(settings, export, first, difference, booked, List.of());
  }

  /** @param before what others have sent, which is told beside */
  Comparison(RunSettings settings, Export export, FirstPass first, Reconciliation difference, LedgerState booked,
      List<ForerunnersSteps> before) {
    this.before = before;
    this.difference = difference;
    this.booked = booked;
    this.settled = step -> step.number() <= booked.settled(Booking.FIRST_PASS, step.shard());
    this.complete = (_, _) -> Horizon.Limit.NOTHING;
    this.right = export.config().sink().shape();
    Horizon whenRight = (record, watermark) -> complete.after(record, watermark);
    WindowReceiver sent = Steps.first(export.layout(), first.range()::contains, this::accepted)
        .windows(export.config().sink().shape());
    Channel asSent = new Channel(export, settings, first.complete() ? whenRight : Horizon.LIVE,
        new Noting(sent, window -> sentThrough = window.endMillis()));
    this.asRight = new Channel(export, settings, whenRight,
        new Noting(new Expecting(right, first.range(), difference::expected),
            window -> rightThrough = window.endMillis()));
    List<Channel> channels = new ArrayList<>(List.of(asSent, asRight));
    before.forEach(other -> channels.add(other.channel()));
    this.fold = new Fold(settings, new SeriesTable(settings.inputSeriesLimit()), channels);
  }

  /** From now on the log is known to be complete as far as this says. */
  Comparison knowing(Horizon complete) {
    this.complete = complete;
    return this;
  }

  /** From now on the ledger is this, and this tells which steps of the first pass are settled. */
  Comparison knowing(LedgerState booked, Predicate<Step> settled) {
    this.booked = booked;
    this.settled = settled;
    return this;
  }

  /** The number of the last record played. */
  long seq() {
    return fold.seq();
  }

  /** Plays the log through this record and compares what both folds have passed. */
  void play(RunFeed feed, long through, Fold.Pause<RuntimeException> pause) throws InterruptedException {
    fold.play(feed, through, () -> {
      difference.compareBefore(through());
      pause.await();
    });
  }

  private long through() {
    long through = Math.min(sentThrough, rightThrough);
    for (ForerunnersSteps other : before) {
      through = Math.min(through, other.through());
    }
    return through;
  }

  /** The run is over: compares all that is left. */
  void finish(Fold.Pause<RuntimeException> pause) throws InterruptedException {
    difference.finish(right::isTotal, asRight.seconds() * 1_000L);
    pause.await();
    difference.finishCorrections();
    pause.await();
  }

  /** Whether the ledger shows a step as settled that this fold makes otherwise or does not know at all. */
  boolean isUnproven() {
    return unproven;
  }

  private void accepted(Step step) {
    boolean taken = settled.test(step);
    unproven |= taken && !booked.isBookedAs(Booking.FIRST_PASS, step.shard(), step.number(), step.fingerprint());
    Batch batch = step.batch();
    OptionalLong doubtful = booked.doubtfulSince(Booking.FIRST_PASS, step.shard(), step.number());
    for (int i = 0; i < batch.size(); i++) {
      accepted(batch.series()[i], batch.atMillis(), batch.values()[i], taken);
      if (doubtful.isPresent()) {
        doubtful(batch.series()[i], batch.atMillis(), batch.values()[i], doubtful.getAsLong());
      }
    }
  }

  /** But for what was left out already when the step was sent. */
  private void doubtful(Series series, long at, double value, long since) {
    if (booked.wasTried(Booking.FIRST_PASS, series.key(), at)) {
      difference.doubtful(series, at, value, since);
    }
  }

  private void accepted(Series series, long at, double value, boolean taken) {
    Optional<Rejection> rejection = booked.rejection(Booking.FIRST_PASS, series.key(), at);
    if (!taken || rejection.isPresent() && rejection.get().isForGood()) {
      difference.lost(series, at);
    } else if (rejection.isEmpty()) {
      difference.accepted(series, at, value);
    }
  }
}
