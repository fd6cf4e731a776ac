package dev.apmexport.worker.replay;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.PassProgress;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayStates;
import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.replay.RunReplay;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.secret.SecretsUnavailable;
import dev.apmexport.store.work.Work;
import dev.apmexport.worker.GiveUp;
import dev.apmexport.worker.OpenExports;
import dev.apmexport.worker.secondpass.StoppableTimeline;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The task behind every part of a replay. It begins again where its ledger shows that it stopped. */
public final class ReplayTasks {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayTasks.class);
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(1);
  private static final Duration AFTER_A_FAULT = Duration.ofSeconds(5);

  private final Replays replays;
  private final ReplayStates notes;
  private final TestRunRepository runs;
  private final RunExportRepository exports;
  private final OpenExports open;
  private final MetricLog log;
  private final RunStates states;
  private final Work work;
  private final Exporter.Means means;

  public ReplayTasks(Replays replays, ReplayStates notes, TestRunRepository runs, RunExportRepository exports,
      OpenExports open, MetricLog log, RunStates states, Work work, Exporter.Means means) {
    this.replays = replays;
    this.notes = notes;
    this.runs = runs;
    this.exports = exports;
    this.open = open;
    this.log = log;
    this.states = states;
    this.work = work;
    this.means = means;
  }

  public CustomTask<Void> task() {
    return Tasks.custom(Work.REPLAY).onFailureReschedule(FixedDelay.of(AFTER_A_FAULT)).onDeadExecutionRevive()
        .execute(this::execute);
  }

  /** Gives every part that waits a task, whoever asked for it. */
  public RecurringTask<Void> sweep() {
    return Tasks.recurring("replay-sweep", FixedDelay.of(SWEEP_EVERY))
        .execute((task, context) -> notes.due().forEach(work::replay));
  }

  private CompletionHandler<Void> execute(TaskInstance<Void> task, ExecutionContext context) {
    ReplayPart part = notes.part(Long.parseLong(task.getId())).orElseThrow();
    RunExport stored = exports.findById(part.exportId()).orElseThrow();
    TestRun run = runs.findById(stored.testRunId()).orElseThrow();
    RunReplay replay = replays.find(part.replayId()).orElseThrow();
    if (part.state().isOver()) { return stop(); }
    if (replay.cancelled()) { return end(part, ReplayPart.State.CANCELLED, null); }
    String hopeless = hopeless(part, run);
    if (hopeless != null) { return end(part, ReplayPart.State.FAILED, hopeless); }
    if (stored.replayId() == null && !stored.isSettled()) { return again(means.time().instant().plus(AFTER_A_FAULT)); }
    Optional<Instant> begun = notes.start(part.id());
    if (begun.isEmpty()) { return stop(); }
    try {
      return pass(new PartPass(replay, part, run, stored, states, notes), replay, run, stored, part, begun.get(),
          context.getSchedulerState()::isShuttingDown);
    } catch (SecretsUnavailable e) {
      return end(part, ReplayPart.State.FAILED, e.getMessage());
    }
  }

  /** Why no try can succeed any more; null if one may. */
  private @Nullable String hopeless(ReplayPart part, TestRun run) {
    Instant begun = part.startedAt();
    Instant now = means.time().instant();
    return notes.gone(run.id()).orElseGet(() -> begun == null || now.isBefore(begun.plus(GiveUp.LONGEST.plusHours(1)))
        ? null
        : "It did not come to an end in " + GiveUp.LONGEST.plusHours(1).toHours() + " h; the worker's log tells why.");
  }

  private CompletionHandler<Void> pass(PartPass pass, RunReplay replay, TestRun run, RunExport stored, ReplayPart part,
      Instant begun, BooleanSupplier shuttingDown) {
    PassProgress progress = new PassProgress();
    PartWatch watch = new PartWatch(notes, part.id(), progress, means.time(), means.threads(), shuttingDown);
    try (watch) {
      Exporter.Means stoppable = means.on(new StoppableTimeline(means.time(), watch));
      return pass.run(open.forReplay(stored, open.of(run), replay.dryRun()),
          new StoppableFeed(log.feed(run.id(), run.createdAt()), watch), stoppable, progress, begun)
          .map(this::again).orElseGet(this::stop);
    } catch (Stopped | InterruptedException stopped) {
      // The thread is not interrupted again: it still has to hand the task on.
      LOG.debug("Part {} of replay {} stops where it is.", part.index(), replay.id(), stopped);
      return watch.isCancelled() ? end(part, ReplayPart.State.CANCELLED, null) : again(means.time().instant());
    }
  }

  private CompletionHandler<Void> end(ReplayPart part, ReplayPart.State state, @Nullable String error) {
    notes.end(part.id(), state, error);
    return stop();
  }

  private CompletionHandler<Void> stop() {
    return (complete, operations) -> operations.stop();
  }

  private CompletionHandler<Void> again(Instant time) {
    return (complete, operations) -> operations.reschedule(complete, time);
  }
}
