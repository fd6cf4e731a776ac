package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Delivery;
import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.reconcile.Reconciliation;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.Shape;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Goes over a finished run once more. The log is folded twice at a time: as the live pass did it, which tells what was
 * sent, and with all data in, which tells what is right. The ledger tells what of the former was accepted; the
 * difference is sent, booked, reported.
 */
public final class SecondPass {
  private static final int RECORDS_AT_ONCE = 64;
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final RunSettings settings;
  private final Export export;
  private final RunFeed feed;
  private final Exporter.Means means;
  private final int revision;
  private final Instant deadline;
  private long liveThrough = Long.MIN_VALUE;
  private long completeThrough = Long.MIN_VALUE;
  private boolean unproven;

  /**
   * @param deadline until when a failing destination is tried; in the past, nothing is sent and all is reported as
   *   pending
   */
  public SecondPass(RunSettings settings, Export export, RunFeed feed, Exporter.Means means, int revision,
      Instant deadline) {
    this.settings = settings;
    this.export = export;
    this.feed = feed;
    this.means = means;
    this.revision = revision;
    this.deadline = deadline;
  }

  /**
   * The result, and the last record it speaks of.
   *
   * @param gaveUp whether the destination was not to be had until the deadline
   */
  public record Result(ReconciliationReport report, long throughSeq, boolean gaveUp) {}

  public Result run() throws InterruptedException {
    LedgerState booked = resolveAmbiguous(export.ledger().load());
    long head = feed.head();
    Reconciliation difference = new Reconciliation(revision, export.amendment(), means.time().millis(),
        booked);
    Shape shape = export.config().sink().shape();
    int seconds = compare(difference, shape, booked, head);
    List<Point> points = difference.finish(shape::isTotal, seconds * 1000L);
    boolean gaveUp = send(points, booked);
    long pending = note(points, difference, export.ledger().load());
    if (export.config().sink().marksEnd() && !export.shared() && pending == 0) {
      send(difference.endMarks(), export.ledger().load());
    }
    return new Result(difference.report(pending, doubt()), head, gaveUp);
  }

  /** What keeps the verdict from being better than it can be known to be. */
  private @Nullable String doubt() {
    return unproven || settings.foldVersion() != RunSettings.FOLD_VERSION ? "unproven"
        : export.shared() ? "shared series" : null;
  }

  /** What a second pass had booked when it was interrupted is sent again, byte for byte, before anything is decided. */
  private LedgerState resolveAmbiguous(LedgerState booked) throws InterruptedException {
    List<Step> steps = booked.amendments().stream().filter(booking -> !booked.isSettled(booking)).map(SecondPass::step)
        .toList();
    if (steps.isEmpty()) { return booked; }
    deliver(steps, booked);
    return export.ledger().load();
  }

  private static Step step(Booking booking) {
    List<Point> points = booking.amendments();
    Batch batch = new Batch(booking.atMillis(), points.stream().map(Point::series).toArray(Series[]::new),
        points.stream().mapToDouble(Point::value).toArray());
    return new Step(booking.pass(), booking.shard(), booking.step(), batch);
  }

  /** Plays the log through both folds; returns the window's length in seconds. */
  private int compare(Reconciliation difference, Shape rightShape, LedgerState booked, long head) {
    WindowReceiver sent = Steps.live(export.layout(), step -> accepted(step, booked, difference))
        .windows(export.config().sink().shape());
    Channel asSent = new Channel(export, settings, Horizon.LIVE,
        new Noting(sent, window -> liveThrough = window.endMillis()));
    Channel asRight = new Channel(export, settings, Horizon.complete(feed.firstBuckets(head)),
        new Noting(new Expecting(rightShape, difference), window -> completeThrough = window.endMillis()));
    Fold fold = new Fold(settings, new SeriesTable(settings.inputSeriesLimit()), List.of(asSent, asRight));
    while (fold.seq() < head) {
      for (LogRecord record : feed.read(fold.seq(), (int) Math.min(RECORDS_AT_ONCE, head - fold.seq()))) {
        fold.accept(record);
        difference.compareBefore(Math.min(liveThrough, completeThrough));
      }
    }
    return asRight.seconds();
  }

  private void accepted(Step step, LedgerState booked, Reconciliation difference) {
    if (step.number() > booked.settled(0, step.shard())) { return; }
    OptionalLong fingerprint = booked.fingerprint(0, step.shard(), step.number());
    unproven |= fingerprint.isEmpty() || fingerprint.getAsLong() != step.fingerprint();
    Batch batch = step.batch();
    for (int i = 0; i < batch.size(); i++) {
      if (booked.rejection(0, batch.series()[i].key(), batch.atMillis()).isEmpty()) {
        difference.accepted(batch.series()[i], batch.atMillis(), batch.values()[i]);
      }
    }
  }

  private boolean send(List<Point> points, LedgerState booked) throws InterruptedException {
    List<Step> steps = new ArrayList<>();
    new Steps(export.layout(), revision, shard -> booked.nextStep(revision, shard), steps::add).points(points);
    return deliver(steps, booked);
  }

  /** Returns whether the destination was given up. */
  private boolean deliver(List<Step> steps, LedgerState booked) throws InterruptedException {
    if (steps.isEmpty()) { return false; }
    if (!means.time().instant().isBefore(deadline)) { return true; }
    try (Delivery delivery = new Delivery(export.layout().shards(), booked, means.forExport(export), new Progress())) {
      delivery.giveUpAt(deadline);
      steps.forEach(delivery::submit);
      while (!delivery.isDrained() && !delivery.gaveUp()) {
        delivery.check();
        means.time().sleep(PAUSE);
      }
      return delivery.gaveUp();
    }
  }

  /** Tells the difference what became of its points, by the ledger; returns how many are still to be sent. */
  private long note(List<Point> points, Reconciliation difference, LedgerState booked) {
    List<Booking> settled = booked.amendments().stream()
        .filter(booking -> booking.pass() == revision && booked.isSettled(booking)).toList();
    Set<Point> done = new HashSet<>();
    settled.forEach(booking -> done.addAll(booking.amendments()));
    long pending = 0;
    for (Point point : points) {
      Optional<Rejection> rejection = booked.rejection(revision, point.series().key(), point.atMillis());
      if (!done.contains(point)) {
        pending++;
      } else if (rejection.isPresent()) {
        difference.rejected(point, rejection.get().reason());
      } else {
        difference.sent(point);
      }
    }
    return pending;
  }
}
