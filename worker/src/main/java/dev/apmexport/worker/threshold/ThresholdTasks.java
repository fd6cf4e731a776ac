package dev.apmexport.worker.threshold;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.FailureHandler.ExponentialBackoffFailureHandler;
import com.github.kagkarlsson.scheduler.task.FailureHandler.MaxRetriesFailureHandler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;
import dev.apmexport.exporter.threshold.ThresholdEvaluation;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.threshold.RunThresholds;
import dev.apmexport.store.work.Work;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task that decides the thresholds of a run that is over, from its complete log, and once more where pushes came
 * late. It holds nothing that has to be taken over: whoever begins again comes to the same, and results that stand for
 * less of the log never replace others.
 */
public final class ThresholdTasks {
  private static final Logger LOG = LoggerFactory.getLogger(ThresholdTasks.class);
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(2);
  private static final Duration AFTER_A_FAULT = Duration.ofSeconds(5);
  /** Twice as long after each: the last one is ten minutes after the first. */
  private static final int RETRIES = 7;
  private static final int RECORDS_AT_ONCE = 64;

  private final TestRunRepository runs;
  private final RunThresholds thresholds;
  private final MetricLog log;
  private final Work work;
  private final InstantSource clock;

  public ThresholdTasks(TestRunRepository runs, RunThresholds thresholds, MetricLog log, Work work,
      InstantSource clock) {
    this.runs = runs;
    this.thresholds = thresholds;
    this.log = log;
    this.work = work;
    this.clock = clock;
  }

  public CustomTask<Void> task() {
    return Tasks.custom(Work.THRESHOLD)
        .onFailure(new MaxRetriesFailureHandler<>(RETRIES, new ExponentialBackoffFailureHandler<>(AFTER_A_FAULT, 2),
            (failed, _) -> giveUp(failed.getExecution().taskInstance)))
        .onDeadExecutionRevive().execute(this::execute);
  }

  /** Gives every run whose thresholds are due a task, however it came to its end. */
  public RecurringTask<Void> sweep() {
    return Tasks.recurring("threshold-sweep", FixedDelay.of(SWEEP_EVERY))
        .execute((task, context) -> thresholds.due().forEach(work::thresholds));
  }

  /** Each try reads the whole log. */
  private void giveUp(TaskInstance<?> task) {
    LOG.error(
        "The thresholds of run {} could not be evaluated in {} tries and are told as unknown. The errors are above.",
        task.getId(), RETRIES + 1);
    thresholds.giveUp(Long.parseLong(task.getId()),
        "It could not be evaluated; the reason is in the log of the service's workers.");
  }

  private CompletionHandler<Void> execute(TaskInstance<Void> task, ExecutionContext context) {
    TestRun run = runs.findById(Long.parseLong(task.getId())).orElseThrow();
    Optional<RunThresholds.Due> due = thresholds.due(run.id());
    boolean over = due.isEmpty() || evaluate(run, due.get(), context.getSchedulerState()::isShuttingDown);
    return (complete, operations) -> {
      if (over) {
        operations.stop();
      } else {
        operations.reschedule(complete, clock.instant());
      }
    };
  }

  /** Returns false if it was stopped on the way. */
  private boolean evaluate(TestRun run, RunThresholds.Due due, BooleanSupplier stop) {
    ThresholdEvaluation evaluation = new ThresholdEvaluation(due.thresholds(), run.settings().inputSeriesLimit(),
        run.settings()::silence);
    RunFeed feed = log.feed(run.id(), run.createdAt());
    long seq = 0;
    while (seq < due.throughSeq()) {
      if (stop.getAsBoolean()) { return false; }
      List<LogRecord> records = feed.read(seq, (int) Math.min(RECORDS_AT_ONCE, due.throughSeq() - seq));
      if (records.isEmpty() || records.getFirst().seq() != seq + 1) {
        LOG.info("The thresholds of run {} cannot be evaluated: a part of its log is gone.", run.id());
        thresholds.giveUp(run.id(), "It could not be evaluated: a part of the run's log is gone.");
        return true;
      }
      records.forEach(evaluation::add);
      seq = records.getLast().seq();
    }
    thresholds.put(run.id(), seq, evaluation.results());
    return true;
  }
}
