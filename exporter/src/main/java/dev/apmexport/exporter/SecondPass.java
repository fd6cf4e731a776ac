package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.reconcile.Reach;
import dev.apmexport.exporter.reconcile.ReadBackResult;
import dev.apmexport.exporter.reconcile.Reconciliation;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Goes over a finished run once more: compares what the destination has accepted with what the complete log demands,
 * sends the difference, and compares again, which is the report. So whatever stops it, the next try begins with what
 * the ledger shows.
 */
public final class SecondPass {
  private final RunSettings settings;
  private final Export export;
  private final RunFeed feed;
  private final Exporter.Means means;
  private final Order order;
  private final PassProgress progress;
  private final boolean watched;

  /**
   * What is to be done.
   *
   * @param revision counts from 1 for an export; the same for every try of one pass
   * @param deadline until when a failing destination is tried; in the past, nothing is sent and all is reported as
   *   pending
   * @param range of which times points are sent; others that differ are reported as pending
   * @param correctFrom from when on a receiver that takes one correction for each point is corrected
   */
  public record Order(int revision, Instant deadline, Range range, FirstPass first, Instant correctFrom) {
    /** A whole run that was exported while it lived. */
    public static Order of(int revision, Instant deadline) {
      return new Order(revision, deadline, Range.ALL, FirstPass.LIVE, Instant.MIN);
    }

    /** The same, but nothing is sent. */
    public Order dry() {
      return new Order(revision, Instant.MIN, range, first, correctFrom);
    }

    public Order correctingFrom(Instant time) {
      return new Order(revision, deadline, range, first, time);
    }

    public Order within(Range times) {
      return new Order(revision, deadline, times, first, correctFrom);
    }
  }

  public SecondPass(RunSettings settings, Export export, RunFeed feed, Exporter.Means means, Order order) {
    this(settings, export, feed, means, order, new PassProgress(), false);
  }

  public SecondPass(RunSettings settings, Export export, RunFeed feed, Exporter.Means means, Order order,
      PassProgress progress) {
    this(settings, export, feed, means, order, progress, true);
  }

  private SecondPass(RunSettings settings, Export export, RunFeed feed, Exporter.Means means, Order order,
      PassProgress progress, boolean watched) {
    this.watched = watched;
    this.settings = settings;
    this.export = export;
    this.feed = feed;
    this.means = means;
    this.order = order;
    this.progress = progress;
  }

  /**
   * The result, and the last record it speaks of.
   *
   * @param gaveUp whether the destination was not to be had until the deadline
   * @param early whether corrections wait until {@link Order#correctFrom}; another pass has to make them
   */
  public record Result(ReconciliationReport report, long throughSeq, boolean gaveUp, boolean early) {}

  private record Compared(Comparison comparison, Reconciliation difference) {}

  public Result run() throws InterruptedException {
    long head = feed.head();
    Horizon complete = Horizon.complete(feed, head);
    boolean early = means.time().instant().isBefore(order.correctFrom);
    boolean late = resolveAmbiguous(head, complete);
    // A booking says that those before it are settled, so nothing may follow what is still ambiguous.
    late = late || sendDifference(head, complete, early);
    Compared now = compare(head, complete, early, export.ledger().load(), _ -> {}, Fold.Pause.NONE);
    long pending = now.difference.pending();
    if (pending == 0 && marksEnd()) {
      send(now.difference.endMarks());
    }
    boolean waits = now.difference.isEarly();
    ReconciliationReport report = now.difference.report(doubt(now.comparison)).with(waits ? null : readBack(head));
    return new Result(report, head, late || pending > 0 && !waits && isOver(), waits);
  }

  /** What the destination shows, where it can be asked; nobody asks what a dry pass would have sent. */
  private @Nullable ReadBackResult readBack(long head) throws InterruptedException {
    return order.deadline.equals(Instant.MIN) ? null
        : new Verification(settings, export, feed, means).run(head, order.first.range());
  }

  private boolean isOver() {
    return !means.time().instant().isBefore(order.deadline);
  }

  private boolean marksEnd() {
    return export.config().sink().marksEnd() && !export.shared() && order.first.range().equals(Range.ALL);
  }

  /** What keeps the verdict from being better than it can be known to be. */
  private @Nullable String doubt(Comparison comparison) {
    boolean otherFold = !order.first.complete() && settings.foldVersion() != RunSettings.FOLD_VERSION;
    return comparison.isUnproven() || otherFold ? "unproven" : export.shared() ? "shared series" : null;
  }

  private Compared compare(long head, Horizon complete, boolean early, LedgerState booked, Consumer<Point> out,
      Fold.Pause<RuntimeException> pause) throws InterruptedException {
    Reach reach = new Reach(export.amendment(), means.time(), order.range::contains, early);
    Reconciliation difference = new Reconciliation(order.revision, reach, booked, out);
    Comparison comparison = new Comparison(settings, export, order.first, difference, booked).knowing(complete);
    comparison.play(feed, head, pause);
    comparison.finish(pause);
    return new Compared(comparison, difference);
  }

  /** Returns whether something could not be sent in time. */
  private boolean sendDifference(long head, Horizon complete, boolean early) throws InterruptedException {
    if (isOver()) { return false; }
    LedgerState booked = export.ledger().load();
    if (watched) {
      progress.steps(progress.stepsDone() + steps(head, complete, early, booked));
    }
    try (Outbox out = outbox(booked, order.revision)) {
      compare(head, complete, early, booked, out::add, out::flushPatiently);
      out.drain();
      return out.isLate();
    }
  }

  /** How many batches are to be sent: for whoever watches, the log is read once more. */
  private long steps(long head, Horizon complete, boolean early, LedgerState booked) throws InterruptedException {
    try (Outbox none = new Outbox(export, means, booked, order.revision, Instant.MIN, new Progress())) {
      compare(head, complete, early, booked, none::add, none::flush);
      return none.handedOver();
    }
  }

  /** What is sent when every point is settled decides nothing about the run any more. */
  private void send(List<Point> marks) throws InterruptedException {
    if (isOver()) { return; }
    try (Outbox out = outbox(export.ledger().load(), order.revision)) {
      out.addAll(marks);
      out.drain();
    }
  }

  private Outbox outbox(LedgerState booked, int pass) {
    return new Outbox(export, means, booked, pass, order.deadline, progress.delivered());
  }

  /** What was booked and not acknowledged is sent again, byte for byte, before anything is decided. */
  private boolean resolveAmbiguous(long head, Horizon complete) throws InterruptedException {
    LedgerState booked = export.ledger().load();
    List<Step> steps = new ArrayList<>(firstPassSteps(booked, head, complete));
    booked.amendments().stream().filter(booking -> !booked.isSettled(booking)).map(Outbox::step)
        .forEach(steps::add);
    if (steps.isEmpty() || isOver()) { return false; }
    try (Outbox out = outbox(booked, order.revision)) {
      steps.forEach(out::add);
      out.drain();
      return out.isLate();
    }
  }

  /** Those of the first pass follow from the log. */
  private List<Step> firstPassSteps(LedgerState booked, long head, Horizon complete) throws InterruptedException {
    List<Step> ambiguous = new ArrayList<>();
    if (booked.hasAmbiguous(export.layout().shards())) {
      Fold steps = FirstSteps.fold(settings, export, order.first.range(),
          order.first.complete() ? complete : Horizon.LIVE, step -> {
            if (booked.isAmbiguous(step.shard(), step.number())) {
              ambiguous.add(step);
            }
          });
      steps.play(feed, head, Fold.Pause.NONE);
    }
    return ambiguous;
  }
}
