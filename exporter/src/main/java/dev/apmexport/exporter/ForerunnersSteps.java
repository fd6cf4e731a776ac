package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.SentBefore;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.sink.Batch;

/** Folds the log as another export's first pass has, which with its ledger tells what it has brought to its destination. */
final class ForerunnersSteps {
  private final LedgerState booked;
  private final SentBefore sent;
  private final Channel channel;
  private long through = Long.MIN_VALUE;

  /** @param complete when windows are complete in the log that is to be played */
  ForerunnersSteps(RunSettings settings, Forerunner forerunner, Horizon complete) {
    Export export = forerunner.export();
    this.booked = export.ledger().load();
    this.sent = new SentBefore(booked);
    WindowReceiver steps = Steps.first(export.layout(), forerunner.first().range()::contains, this::accepted)
        .windows(export.config().sink().shape());
    this.channel = new Channel(export, settings, forerunner.first().complete() ? complete : Horizon.LIVE,
        new Noting(steps, window -> through = window.endMillis()));
  }

  Channel channel() {
    return channel;
  }

  SentBefore sent() {
    return sent;
  }

  /** Before this time all was told. */
  long through() {
    return through;
  }

  private void accepted(Step step) {
    boolean settled = step.number() <= booked.settled(Booking.FIRST_PASS, step.shard());
    boolean unsure = booked.isAmbiguous(step.shard(), step.number())
        || booked.doubtfulSince(Booking.FIRST_PASS, step.shard(), step.number()).isPresent();
    if (!settled && !unsure) { return; }
    // Another version may make other points of a step, and so does a log that has grown.
    boolean known = booked.isBookedAs(Booking.FIRST_PASS, step.shard(), step.number(), step.fingerprint());
    Batch batch = step.batch();
    for (int i = 0; i < batch.size(); i++) {
      double value = known ? batch.values()[i] : Double.NaN;
      accepted(batch.series()[i], batch.atMillis(), value, settled, unsure);
    }
  }

  private void accepted(Series series, long at, double value, boolean settled, boolean unsure) {
    if (settled && booked.rejection(Booking.FIRST_PASS, series.key(), at).isEmpty()) {
      sent.accepted(series, at, value);
    }
    if (unsure && booked.wasTried(Booking.FIRST_PASS, series.key(), at)) {
      sent.doubtful(series, at, value);
    }
  }
}
