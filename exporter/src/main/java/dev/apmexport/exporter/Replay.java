package dev.apmexport.exporter;

import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Set;

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
   */
  public record Plan(Range range, Duration patience, Instant correctFrom) {}

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
   */
  public record Survey(long steps, long points, long series, long fromMillis, long toMillis) {}

  /** Folds the log and sends nothing. */
  public Survey survey() throws InterruptedException {
    Set<Series> series = new HashSet<>();
    LongSummaryStatistics times = new LongSummaryStatistics();
    LongSummaryStatistics points = new LongSummaryStatistics();
    long head = feed.head();
    FirstSteps.fold(settings, export, plan.range, Horizon.complete(feed, head), step -> {
      times.accept(step.batch().atMillis());
      points.accept(step.batch().size());
      series.addAll(List.of(step.batch().series()));
    }).play(feed, head, Fold.Pause.NONE);
    return new Survey(times.getCount(), points.getSum(), series.size(), times.getMin(), times.getMax());
  }

  /** Sends everything, then what of it is missing. */
  public SecondPass.Result run() throws InterruptedException {
    progress.steps(survey().steps());
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
    return new SecondPass(settings, export, feed, means, order).run();
  }

  private Instant fromNow(Duration time) {
    return means.time().instant().plus(time);
  }
}
