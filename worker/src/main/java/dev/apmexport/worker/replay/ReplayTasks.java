package dev.apmexport.worker.replay;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.apmexport.exporter.Export;
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
  /** As long as a cancellation of what waits may take. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
  /** So many faults take longer than any destination is tried. */
  private static final long MOST_FAULTS = GiveUp.LONGEST.plusHours(1).dividedBy(AFTER_A_FAULT);

  private final Replays replays;
  private final ReplayStates notes;
  private final TestRunRepository runs;
  private final RunExportRepository exports;
  private final OpenExports open;
  private final MetricLog log;
  private final RunStates states;
  private final Work work;
  private final Exporter.Means means;
  private final Places places;
  private final Forerunners forerunners;

  /** @param most how many exports are replayed at once */
  public ReplayTasks(Replays replays, ReplayStates notes, TestRunRepository runs, RunExportRepository exports,
      OpenExports open, MetricLog log, RunStates states, Work work, Exporter.Means means, int most) {
    this.replays = replays;
    this.notes = notes;
    this.runs = runs;
    this.exports = exports;
    this.open = open;
    this.log = log;
    this.states = states;
    this.work = work;
    this.means = means;
    this.places = new Places(most);
    this.forerunners = new Forerunners(exports, replays, open);
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
    String hopeless = hopeless(run, context.getExecution().consecutiveFailures);
    if (hopeless != null) { return end(part, ReplayPart.State.FAILED, hopeless); }
    Optional<Instant> noMorePushes = states.finishedAt(run.id()).map(finished -> finished.plus(MetricLog.GRACE));
    Instant now = means.time().instant();
    boolean early = noMorePushes.isEmpty() || !replay.dryRun() && now.isBefore(noMorePushes.get());
    if (early || isInUse(stored) || !places.take(run.tenant())) { return again(now.plus(LOOK_AGAIN)); }
    return inItsPlace(new PartPass(replay, part, run, stored, states, notes), replay, run, stored, part,
        noMorePushes.get(), context.getSchedulerState()::isShuttingDown);
  }

  private CompletionHandler<Void> inItsPlace(PartPass pass, RunReplay replay, TestRun run, RunExport stored,
      ReplayPart part, Instant noMorePushes, BooleanSupplier shuttingDown) {
    try {
      return pass(pass, replay, run, stored, part, noMorePushes, shuttingDown);
    } catch (SecretsUnavailable e) {
      return end(part, ReplayPart.State.FAILED, e.getMessage());
    } finally {
      places.free(run.tenant());
    }
  }

  /** Whether another pass over the run's own export is under way or due. */
  private boolean isInUse(RunExport stored) {
    return stored.replayId() == null && (!stored.isSettled() || states.isBeingReconciled(stored.id()));
  }

  /** Why no try can succeed any more; null if one may. */
  private @Nullable String hopeless(TestRun run, int faults) {
    return notes.gone(run.id()).orElseGet(() -> faults < MOST_FAULTS ? null
        : "It failed " + faults + " times in a row, for more than " + GiveUp.LONGEST.toHours()
            + " h; the worker's log tells why.");
  }

  private CompletionHandler<Void> pass(PartPass pass, RunReplay replay, TestRun run, RunExport stored, ReplayPart part,
      Instant noMorePushes, BooleanSupplier shuttingDown) {
    Optional<Long> head = notes.start(part.id());
    if (head.isEmpty()) { return stop(); }
    PassProgress progress = new PassProgress();
    PartWatch watch = new PartWatch(notes, part.id(), progress, means.time(), means.threads(), shuttingDown);
    Optional<PartPass.End> end;
    try (watch) { // which tells the last of the progress, before anyone sees that the part is over
      Exporter.Means stoppable = means.on(new StoppableTimeline(means.time(), watch));
      Export export = open.forReplay(stored, open.of(run), replay.dryRun());
      end = pass.run(export, forerunners.of(run, stored, export, head.get()),
          new StoppableFeed(log.feed(run.id(), run.createdAt()), head.get(), watch), stoppable, progress, noMorePushes);
    } catch (Stopped | InterruptedException stopped) {
      // The thread is not interrupted again: it still has to hand the task on.
      LOG.debug("Part {} of replay {} stops where it is.", part.index(), replay.id(), stopped);
      return watch.isCancelled() ? end(part, ReplayPart.State.CANCELLED, null) : again(means.time().instant());
    }
    return end.map(one -> end(part, one.state(), one.error())).orElseGet(() -> again(means.time().instant()));
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
