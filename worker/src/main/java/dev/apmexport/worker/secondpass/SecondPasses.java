package dev.apmexport.worker.secondpass;

import com.github.kagkarlsson.scheduler.SchedulerState;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.SecondPass;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.store.ledger.PostgresLedger;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.secret.SecretsUnavailable;
import dev.apmexport.store.work.Work;
import dev.apmexport.worker.GiveUp;
import dev.apmexport.worker.OpenExports;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task behind every second pass: it goes over an ended run for one export and stores the report. One that finds no
 * place looks again later, and leaves its thread to others: passes may wait an hour for destinations that are dead.
 */
public final class SecondPasses {
  private static final Logger LOG = LoggerFactory.getLogger(SecondPasses.class);
  private static final Duration AFTER_A_FAULT = Duration.ofSeconds(5);
  private static final Duration WITHOUT_SECRETS = Duration.ofMinutes(1);
  private static final Duration WITHOUT_PLACE = Duration.ofSeconds(1);

  private final TestRunRepository runs;
  private final RunExportRepository exports;
  private final OpenExports open;
  private final MetricLog log;
  private final RunStates states;
  private final Exporter.Means means;
  private final Semaphore places;

  /** @param most how many passes are made at once */
  public SecondPasses(TestRunRepository runs, RunExportRepository exports, OpenExports open, MetricLog log,
      RunStates states, Exporter.Means means, int most) {
    this.runs = runs;
    this.exports = exports;
    this.open = open;
    this.log = log;
    this.states = states;
    this.means = means;
    this.places = new Semaphore(most);
  }

  public CustomTask<Void> task() {
    return Tasks.custom(Work.SECOND_PASS).onFailureReschedule(FixedDelay.of(AFTER_A_FAULT)).onDeadExecutionRevive()
        .execute(this::execute);
  }

  private CompletionHandler<Void> execute(TaskInstance<Void> task, ExecutionContext context) {
    if (!places.tryAcquire()) {
      return (complete, operations) -> operations.reschedule(complete, means.time().instant().plus(WITHOUT_PLACE));
    }
    try {
      return executeInPlace(task, context);
    } finally {
      places.release();
    }
  }

  private CompletionHandler<Void> executeInPlace(TaskInstance<Void> task, ExecutionContext context) {
    RunExport stored = exports.findById(Long.parseLong(task.getId())).orElseThrow();
    TestRun run = runs.findById(stored.testRunId()).orElseThrow();
    try {
      Optional<Instant> again = pass(run, stored, stoppedBy(context.getSchedulerState()));
      return (complete, operations) -> again.ifPresentOrElse(time -> operations.reschedule(complete, time),
          operations::stop);
    } catch (SecretsUnavailable e) {
      return waitOrGiveUp(run, stored, e);
    } catch (InterruptedException stopped) {
      // The thread is not interrupted again: it still has to hand the task on.
      return (complete, operations) -> operations.reschedule(complete, means.time().instant());
    }
  }

  /** The next start of a worker may be with the right master key or version; secrets that are gone do not come back. */
  private CompletionHandler<Void> waitOrGiveUp(TestRun run, RunExport stored, SecretsUnavailable why) {
    LOG.warn("The second pass of export {} of run {} cannot begin. {}", stored.index(), run.id(), why.getMessage());
    states.status(stored.id(), stored.pausedBecause(why.getMessage()));
    Instant now = means.time().instant();
    if (!why.isForGood() && now.isBefore(states.finishedAt(run.id()).orElse(now).plus(GiveUp.LONGEST))) {
      return (complete, operations) -> operations.reschedule(complete, now.plus(WITHOUT_SECRETS));
    }
    states.unreconcilable(stored.id(), notMade(states.revisions(stored.id()) + 1, why.getMessage()),
        log.feed(run.id(), run.createdAt()).head());
    states.endIfAllDone(run.id());
    return (complete, operations) -> operations.stop();
  }

  private static ReconciliationReport notMade(int revision, String why) {
    return new ReconciliationReport(revision, false, why, 0, 0, 0, 0, 0, 0, List.of());
  }

  /** A pass that waits for its destination waits no longer than this worker runs. */
  private Exporter.Means stoppedBy(SchedulerState scheduler) {
    return means.on(new StoppableTimeline(means.time(), scheduler::isShuttingDown));
  }

  /** Returns when there is another pass to make, if corrections wait for what may still come. */
  private Optional<Instant> pass(TestRun run, RunExport stored, Exporter.Means means) throws InterruptedException {
    Export export = open.take(stored, open.of(run));
    states.state(stored.id(), ExportStatus.State.RECONCILING);
    Instant finished = states.finishedAt(run.id()).orElseGet(means.time()::instant);
    Instant lastPush = finished.plus(MetricLog.GRACE);
    SecondPass.Order order = SecondPass.Order
        .of(states.revisions(stored.id()) + 1, GiveUp.after(finished, export.config().sink().amendment()))
        .correctingFrom(lastPush);
    SecondPass.Result result = new SecondPass(run.settings(), export, log.feed(run.id(), run.createdAt()), means, order)
        .run();
    states.reconciled(stored.id(), PostgresLedger.epochOf(export), result.report(), result.throughSeq(),
        result.gaveUp());
    if (result.again() != null) {
      states.state(stored.id(), ExportStatus.State.RECONCILING);
      return Optional.of(result.again());
    }
    states.endIfAllDone(run.id());
    return Optional.empty();
  }
}
