package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Sends all that an ended run's log demands in a range of time, as if nothing had been sent before: the live pass over
 * a log that is complete, with a ledger of its own. What the ledger shows as settled is not sent again, so a replay that
 * was interrupted is just begun once more. A second pass over the same ledger tells what became of it.
 */
public final class Replay {
  private final RunSettings settings;
  private final Export export;
  private final RunFeed feed;
  private final Exporter.Means means;
  private final Plan plan;
  private final PassProgress progress;

  /**
   * What is to be sent.
   *
   * @param patience how long a destination is tried that takes nothing
   * @param correctFrom as of {@link SecondPass.Order}
   * @param forerunners what has sent to the same destination before: this replay's own ledger does not tell what that
   *   was, and a receiver may keep it
   */
  public record Plan(Range range, Duration patience, Instant correctFrom, List<Forerunner> forerunners) {
    /** To a destination that has nothing of the run. */
    public Plan(Range range, Duration patience, Instant correctFrom) {
      this(range, patience, correctFrom, List.of());
    }
  }

  public Replay(RunSettings settings, Export export, RunFeed feed, Exporter.Means means, Plan plan,
      PassProgress progress) {
    this.settings = settings;
    this.export = export;
    this.feed = feed;
    this.means = means;
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * What would be sent.
   *
   * @param steps requests, if none has to be cut
   * @param fromMillis the time of the first point; after {@code toMillis} if there is none
   * @param toMillis the time of the last point
   * @param tooOld points beside these, which are not sent: the destination would drop them and say that it took them
   * @param beyondWindow how many of the points are older than the receiver's out-of-order window: one that holds
   *   anything newer refuses them
   */
  public record Survey(long steps, long points, long series, long fromMillis, long toMillis, long tooOld,
      long beyondWindow) {}

  /** Folds the log and sends nothing. */
  public Survey survey() throws InterruptedException {
    Counting counting = new Counting(export.config().sink().amendment(), means.time().millis());
    play(counting::count);
    return counting.survey();
  }

  /** Sends everything, then what of it is missing. */
  public SecondPass.Result run() throws InterruptedException {
    progress.steps(steps());
    long head = feed.head();
    boolean late;
    try (Outbox out = new Outbox(export, means, export.ledger().load(), 1, fromNow(plan.patience),
        progress.delivered())) {
      out.giveUpAfter(plan.patience);
      FirstSteps.fold(settings, export, plan.range, Horizon.complete(feed, head), out::add).play(feed, head,
          out::flushPatiently);
      out.drain();
      late = out.isLate();
    }
    Instant deadline = fromNow(late ? Duration.ZERO : plan.patience);
    SecondPass.Order order = new SecondPass.Order(1, deadline, Range.ALL, new FirstPass(true, plan.range),
        plan.correctFrom);
    return new SecondPass(settings, export, feed, means, order).after(plan.forerunners).runToTheEnd();
  }

  /** How many there are, those among them that are left out because of their age. */
  private long steps() throws InterruptedException {
    AtomicLong steps = new AtomicLong();
    play(_ -> steps.incrementAndGet());
    return steps.get();
  }

  private void play(Consumer<Step> out) throws InterruptedException {
    long head = feed.head();
    FirstSteps.fold(settings, export, plan.range, Horizon.complete(feed, head), out).play(feed, head, Fold.Pause.NONE);
  }

  private Instant fromNow(Duration time) {
    return means.time().instant().plus(time);
  }

  /** What a survey counts, step by step. */
  private static final class Counting {
    private final Amendment amendment;
    private final long now;
    private final Set<Series> series = new HashSet<>();
    private final LongSummaryStatistics times = new LongSummaryStatistics();
    private long points;
    private long tooOld;
    private long beyondWindow;

    Counting(Amendment amendment, long nowMillis) {
      this.amendment = amendment;
      this.now = nowMillis;
    }

    void count(Step step) {
      long at = step.batch().atMillis();
      int size = step.batch().size();
      if (amendment.drops(at, now)) {
        tooOld += size;
        return;
      }
      beyondWindow += isBeyondWindow(at) ? size : 0;
      times.accept(at);
      points += size;
      series.addAll(List.of(step.batch().series()));
    }

    private boolean isBeyondWindow(long at) {
      return amendment instanceof Amendment.OutOfOrder taking && at < now - taking.window().toMillis();
    }

    Survey survey() {
      return new Survey(times.getCount(), points, series.size(), times.getMin(), times.getMax(), tooOld, beyondWindow);
    }
  }
}
