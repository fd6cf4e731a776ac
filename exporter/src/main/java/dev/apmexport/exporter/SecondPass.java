package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.reconcile.Reach;
import dev.apmexport.exporter.reconcile.ReadBackResult;
import dev.apmexport.exporter.reconcile.Reconciliation;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
  private static final Duration LONGEST_SLEEP = Duration.ofSeconds(1);

  private final RunSettings settings;
  private final Export export;
  private final RunFeed feed;
  private final Exporter.Means means;
  private final Order order;
  private final PassProgress progress;
  private final boolean watched;
  private List<Forerunner> forerunners = List.of();

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

  /** Tells the report what other exports have sent to the same destination before, of which the ledger knows nothing. */
  public SecondPass after(List<Forerunner> others) {
    forerunners = List.copyOf(others);
    return this;
  }

  /**
   * The result, and the last record it speaks of.
   *
   * @param gaveUp whether the destination was not to be had until the deadline
   * @param again when another pass has to make the corrections that wait until then: for {@link Order#correctFrom}, or
   *   for a request that was given up and may still arrive; null if none do
   */
  public record Result(ReconciliationReport report, long throughSeq, boolean gaveUp, @Nullable Instant again) {
    /** Whether corrections wait. */
    public boolean early() {
      return again != null;
    }
  }

  /** The log and the time as they are when the pass begins; they decide what it does, however long it takes. */
  private record Beginning(long head, Horizon complete, Instant time, boolean early) {}

  private record Compared(Comparison comparison, Reconciliation difference) {}

  public Result run() throws InterruptedException {
    Beginning now = begin();
    boolean late = resolveAmbiguous(now);
    // A booking says that those before it are settled, so nothing may follow what is still ambiguous.
    late = late || sendDifference(now);
    Compared left = compare(now, export.ledger().load(), _ -> {}, Fold.Pause.NONE, before(now));
    long pending = left.difference.pending();
    if (pending == 0 && marksEnd()) {
      send(left.difference.endMarks());
    }
    Instant again = again(left.difference);
    ReconciliationReport report = left.difference.report(doubt(left.comparison),
        again != null ? null : readBack(now.head, left.difference.beside()));
    return new Result(report, now.head, late || pending > 0 && again == null && isOver(), again);
  }

  /** The same, and waits for corrections that have to wait, to make them in the same pass. */
  public Result runToTheEnd() throws InterruptedException {
    Result result = run();
    while (result.again != null && result.again.isBefore(order.deadline)) {
      sleepUntil(result.again);
      result = run();
    }
    return result.again == null ? result : new Result(result.report, result.throughSeq, true, result.again);
  }

  /** In short pieces, so that a clock which is told to stop is asked often. */
  private void sleepUntil(Instant time) throws InterruptedException {
    while (means.time().instant().isBefore(time)) {
      Duration left = Duration.between(means.time().instant(), time);
      means.time().sleep(left.compareTo(LONGEST_SLEEP) < 0 ? left : LONGEST_SLEEP);
    }
  }

  private Beginning begin() {
    Instant time = means.time().instant(); // before the head, which may move as long as more may come
    long head = feed.head();
    return new Beginning(head, Horizon.complete(feed, head), time, time.isBefore(order.correctFrom));
  }

  private @Nullable Instant again(Reconciliation difference) {
    if (!difference.isEarly()) { return null; }
    Instant arrived = Instant.ofEpochMilli(difference.doubtfulUntil());
    return arrived.isAfter(order.correctFrom) ? arrived : order.correctFrom;
  }

  /** What the destination shows, where it can be asked; nobody asks what a dry pass would have sent. */
  private @Nullable ReadBackResult readBack(long head, List<Point> beside) throws InterruptedException {
    return order.deadline.equals(Instant.MIN) ? null
        : new Verification(settings, export, feed, means).run(head, order.first.range(), beside);
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

  /** Where the last value stands, nothing that was sent before does. */
  private List<ForerunnersSteps> before(Beginning now) {
    return export.amendment() instanceof Amendment.Overwrites ? List.of()
        : forerunners.stream().map(other -> new ForerunnersSteps(settings, other, now.complete)).toList();
  }

  private Compared compare(Beginning now, LedgerState booked, Consumer<Point> out, Fold.Pause<RuntimeException> pause)
      throws InterruptedException {
    return compare(now, booked, out, pause, List.of());
  }

  private Compared compare(Beginning now, LedgerState booked, Consumer<Point> out, Fold.Pause<RuntimeException> pause,
      List<ForerunnersSteps> before) throws InterruptedException {
    Reach reach = new Reach(export.amendment(), means.time(), order.range::contains, now.early,
        InstantSource.fixed(now.time));
    Reconciliation difference = new Reconciliation(order.revision, reach, booked, out)
        .after(before.stream().map(ForerunnersSteps::sent).toList());
    Comparison comparison = new Comparison(settings, export, order.first, difference, booked, before)
        .knowing(now.complete);
    comparison.play(feed, now.head, pause);
    comparison.finish(pause);
    return new Compared(comparison, difference);
  }

  /** Returns whether something could not be sent in time. */
  private boolean sendDifference(Beginning now) throws InterruptedException {
    if (isOver()) { return false; }
    LedgerState booked = export.ledger().load();
    if (watched) {
      progress.steps(progress.stepsDone() + steps(now, booked));
    }
    try (Outbox out = outbox(booked, order.revision)) {
      compare(now, booked, out::add, out::flushPatiently);
      out.drain();
      return out.isLate();
    }
  }

  /** How many batches are to be sent: for whoever watches, the log is read once more. */
  private long steps(Beginning now, LedgerState booked) throws InterruptedException {
    try (Outbox none = new Outbox(export, means, booked, order.revision, Instant.MIN, new Progress())) {
      compare(now, booked, none::add, none::flush);
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
  private boolean resolveAmbiguous(Beginning now) throws InterruptedException {
    LedgerState booked = export.ledger().load();
    List<Step> steps = new ArrayList<>(firstPassSteps(booked, now));
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
  private List<Step> firstPassSteps(LedgerState booked, Beginning now) throws InterruptedException {
    List<Step> ambiguous = new ArrayList<>();
    if (booked.hasAmbiguous(export.layout().shards())) {
      Fold steps = FirstSteps.fold(settings, export, order.first.range(),
          order.first.complete() ? now.complete : Horizon.LIVE, step -> {
            if (booked.isAmbiguous(step.shard(), step.number())) {
              ambiguous.add(step);
            }
          });
      steps.play(feed, now.head, Fold.Pause.NONE);
    }
    return ambiguous;
  }
}
