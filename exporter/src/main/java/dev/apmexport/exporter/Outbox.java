package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Delivery;
import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends what a pass over the log has to send, as far as the destination takes it until the deadline. A delivery is
 * opened with the first point.
 */
final class Outbox implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Export export;
  private final Exporter.Means means;
  private final LedgerState booked;
  private volatile Instant deadline;
  private final Progress progress;
  private final Steps steps;
  private final List<Point> points = new ArrayList<>();
  private final List<Step> ready = new ArrayList<>();
  private @Nullable Delivery delivery;
  private boolean late;
  private @Nullable Duration patience;
  private long settled;
  private long handedOver;

  /** @param deadline until when a failing destination is tried; in the past, nothing is sent */
  Outbox(Export export, Exporter.Means means, LedgerState booked, int pass, Instant deadline, Progress progress) {
    this.export = export;
    this.means = means;
    this.booked = booked;
    this.deadline = deadline;
    this.progress = progress;
    this.steps = new Steps(export.layout(), pass, shard -> booked.nextStep(pass, shard), ready::add);
  }

  /** A batch that was booked in an amending pass and whose points stand in the ledger, as it was. */
  static Step step(Booking booking) {
    List<Point> points = booking.amendments();
    Batch batch = new Batch(booking.atMillis(), points.stream().map(Point::series).toArray(Series[]::new),
        points.stream().mapToDouble(Point::value).toArray());
    return new Step(booking.pass(), booking.shard(), booking.step(), batch);
  }

  void add(Point point) {
    points.add(point);
  }

  void addAll(List<Point> more) {
    points.addAll(more);
  }

  void add(Step step) {
    ready.add(step);
  }

  /** Hands over what has gathered, in the order of time. Never blocks. */
  void flush() {
    points.sort(Comparator.comparingLong(Point::atMillis));
    steps.points(points);
    points.clear();
    ready.forEach(this::submit);
    ready.clear();
  }

  private void submit(Step step) {
    handedOver++;
    Delivery open = delivery();
    if (open == null || open.gaveUp(step.shard())) {
      late = true;
    } else {
      open.submit(step);
    }
  }

  /** The same, and then waits where the destination is slower. */
  void flushPatiently() throws InterruptedException {
    flush();
    moveDeadline();
    while (!hasRoom()) {
      pause();
    }
  }

  void giveUpAt(Instant time) {
    deadline = time;
    if (delivery != null) {
      delivery.giveUpAt(time);
    }
  }

  /** From now on the deadline is as long after the last batch that was settled: what goes on may take its time. */
  void giveUpAfter(Duration time) {
    patience = time;
  }

  private void moveDeadline() {
    if (patience != null && progress.steps() > settled) {
      settled = progress.steps();
      giveUpAt(means.time().instant().plus(patience));
    }
  }

  /** Whether more may be handed over. */
  boolean hasRoom() {
    return delivery == null || delivery.hasRoom() || isOver(delivery);
  }

  /** Null if it is too late to begin. */
  private @Nullable Delivery delivery() {
    if (delivery == null && means.time().instant().isBefore(deadline)) {
      delivery = new Delivery(export.layout().shards(), booked, means.forExport(export), progress);
      delivery.giveUpAt(deadline);
    }
    return delivery;
  }

  /** Waits until everything is settled or given up. */
  void drain() throws InterruptedException {
    flush();
    while (!isDrained()) {
      pause();
    }
    check();
    late |= delivery != null && delivery.gaveUp();
  }

  /** Whether everything handed over is settled or given up. */
  boolean isDrained() {
    return delivery == null || delivery.isDrained() || isOver(delivery);
  }

  /** A shard that gives up leaves the others at work. */
  private static boolean isOver(Delivery delivery) {
    return delivery.gaveUp() && !delivery.isAtWork();
  }

  private void pause() throws InterruptedException {
    check();
    moveDeadline();
    means.time().sleep(PAUSE);
  }

  /** Throws what the delivery died of. */
  void check() {
    if (delivery != null) {
      delivery.check();
    }
  }

  /** How many batches were handed over, sent or not. */
  long handedOver() {
    return handedOver;
  }

  /** Whether something could not be sent in time. */
  boolean isLate() {
    return late;
  }

  @Override
  public void close() {
    if (delivery != null) {
      delivery.close();
    }
  }
}
