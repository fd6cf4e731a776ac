package dev.apmexport.worker.live;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.RunSeries;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.secret.SecretsUnavailable;
import dev.apmexport.store.work.Work;
import dev.apmexport.worker.OpenExports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task behind every live run. It ends when every export was handed to its second pass; a worker that stops hands it
 * on, and it begins again when an export that could not be opened opens after all.
 */
public final class LiveRuns {
  private static final Logger LOG = LoggerFactory.getLogger(LiveRuns.class);
  private static final Duration AFTER_A_FAULT = Duration.ofSeconds(5);

  private final TestRunRepository runs;
  private final RunExportRepository exports;
  private final OpenExports open;
  private final MetricLog log;
  private final RunStates states;
  private final RunSeries series;
  private final Work work;
  private final Exporter.Means means;

  public LiveRuns(TestRunRepository runs, RunExportRepository exports, OpenExports open, MetricLog log,
      RunStates states, RunSeries series, Work work, Exporter.Means means) {
    this.runs = runs;
    this.exports = exports;
    this.open = open;
    this.log = log;
    this.states = states;
    this.series = series;
    this.work = work;
    this.means = means;
  }

  public CustomTask<Void> task() {
    return Tasks.custom(Work.LIVE).onFailureReschedule(FixedDelay.of(AFTER_A_FAULT)).onDeadExecutionRevive()
        .execute(this::execute);
  }

  private CompletionHandler<Void> execute(TaskInstance<Void> task, ExecutionContext context) {
    TestRun run = runs.findById(Long.parseLong(task.getId())).orElseThrow();
    List<Held> held = new ArrayList<>();
    LockedExports locked = new LockedExports(open, means.time());
    List<Export.Neighbour> all = open.of(run);
    for (RunExport export : exports.findByTestRunIdOrderByIndex(run.id())) {
      if (!export.isDisabled() && !take(export, all, held)) {
        locked.add(export);
      }
    }
    try (LiveRun live = new LiveRun(run, held, log.feed(run.id(), run.createdAt()), log, states, series, work, means)) {
      boolean over = live
          .play(() -> context.getSchedulerState().isShuttingDown() || isWorthBeginningAgain(run, locked));
      if (over) {
        locked.all().forEach(this::handOver);
      }
      return (complete, operations) -> {
        if (over) {
          operations.stop();
        } else {
          operations.reschedule(complete, means.time().instant());
        }
      };
    }
  }

  /** In a closed run the second pass opens what opens by then; others may have been handed to theirs already. */
  private boolean isWorthBeginningAgain(TestRun run, LockedExports locked) {
    return locked.anyOpens() && states.finishedAt(run.id()).isEmpty();
  }

  private void handOver(RunExport export) {
    states.state(export.id(), ExportStatus.State.RECONCILING);
    work.secondPass(export.id());
  }

  /** An export that cannot be opened is paused, and the others go on. */
  private boolean take(RunExport export, List<Export.Neighbour> all, List<Held> held) {
    try {
      held.add(new Held(export.id(), open.take(export, all)));
      return true;
    } catch (SecretsUnavailable e) {
      LOG.warn("Export {} of run {} is paused. {}", export.index(), export.testRunId(), e.getMessage());
      states.state(export.id(), ExportStatus.State.PAUSED);
      states.status(export.id(), export.pausedBecause(e.getMessage()));
      return false;
    }
  }
}
