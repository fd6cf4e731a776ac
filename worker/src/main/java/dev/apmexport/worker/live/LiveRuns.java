package dev.apmexport.worker.live;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.work.Work;
import dev.apmexport.worker.OpenExports;
import java.time.Duration;
import java.util.List;

/**
 * The task behind every live run. It ends when every export was handed to its second pass; a worker that stops hands it
 * on.
 */
public final class LiveRuns {
  private static final Duration AFTER_A_FAULT = Duration.ofSeconds(5);

  private final TestRunRepository runs;
  private final RunExportRepository exports;
  private final OpenExports open;
  private final MetricLog log;
  private final RunStates states;
  private final Work work;
  private final Exporter.Means means;

  public LiveRuns(TestRunRepository runs, RunExportRepository exports, OpenExports open, MetricLog log,
      RunStates states,
      Work work, Exporter.Means means) {
    this.runs = runs;
    this.exports = exports;
    this.open = open;
    this.log = log;
    this.states = states;
    this.work = work;
    this.means = means;
  }

  public CustomTask<Void> task() {
    return Tasks.custom(Work.LIVE).onFailureReschedule(FixedDelay.of(AFTER_A_FAULT)).onDeadExecutionRevive()
        .execute(this::execute);
  }

  private CompletionHandler<Void> execute(TaskInstance<Void> task, ExecutionContext context) {
    TestRun run = runs.findById(Long.parseLong(task.getId())).orElseThrow();
    List<Held> held = exports.findByTestRunIdOrderByIndex(run.id()).stream().filter(export -> !export.isDisabled())
        .map(export -> new Held(export.id(), open.take(export))).toList();
    try (LiveRun live = new LiveRun(run, held, log.feed(run.id(), run.createdAt()), log, states, work, means)) {
      boolean over = live.play(() -> context.getSchedulerState().isShuttingDown());
      return (complete, operations) -> {
        if (over) {
          operations.stop();
        } else {
          operations.reschedule(complete, means.time().instant());
        }
      };
    }
  }
}
