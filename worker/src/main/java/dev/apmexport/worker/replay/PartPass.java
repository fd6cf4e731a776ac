package dev.apmexport.worker.replay;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.FirstPass;
import dev.apmexport.exporter.Forerunner;
import dev.apmexport.exporter.PassProgress;
import dev.apmexport.exporter.Range;
import dev.apmexport.exporter.Replay;
import dev.apmexport.exporter.SecondPass;
import dev.apmexport.exporter.source.RunFeed;
import dev.apmexport.store.ledger.PostgresLedger;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayStates;
import dev.apmexport.store.replay.ReplaySurvey;
import dev.apmexport.store.replay.RunReplay;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.worker.GiveUp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The replay of one export, from its opening to the report. */
final class PartPass {
  private final RunReplay replay;
  private final ReplayPart part;
  private final TestRun run;
  private final RunExport stored;
  private final RunStates states;
  private final ReplayStates notes;

  /** @param error why it failed; null if it did not */
  record End(ReplayPart.State state, @Nullable String error) {}

  PartPass(RunReplay replay, ReplayPart part, TestRun run, RunExport stored, RunStates states, ReplayStates notes) {
    this.replay = replay;
    this.part = part;
    this.run = run;
    this.stored = stored;
    this.states = states;
    this.notes = notes;
  }

  /**
   * Sends, or tells what would be sent.
   *
   * @param before what has sent to the same destination before
   * @param noMorePushes since when nothing can be pushed any more
   * @return how the part ends, to be noted; nothing if the destination was taking points, so that it has to be gone on
   *   with
   */
  Optional<End> run(Export export, List<Forerunner> before, RunFeed feed, Exporter.Means means, PassProgress progress,
      Instant noMorePushes) throws InterruptedException {
    Duration patience = GiveUp.patience(export.config().sink().amendment());
    if (isEverything()) {
      Replay all = new Replay(run.settings(), export, feed, means,
          new Replay.Plan(range(replay), patience, noMorePushes, before), progress);
      if (replay.dryRun()) { return surveyed(all.survey()); }
      return reported(export, all.run());
    }
    SecondPass.Order order = order(means.time().instant().plus(patience), noMorePushes);
    SecondPass pass = new SecondPass(run.settings(), export, feed, means, replay.dryRun() ? order.dry() : order,
        progress).after(before);
    SecondPass.Result result = replay.dryRun() ? pass.run() : pass.runToTheEnd();
    boolean goesOn = result.gaveUp() && !replay.dryRun() && progress.sent() > 0;
    return goesOn ? Optional.empty() : reported(export, result);
  }

  /** The export was made for this replay: nothing of it was sent before. */
  private boolean isEverything() {
    return Objects.equals(stored.replayId(), replay.id());
  }

  private SecondPass.Order order(Instant deadline, Instant noMorePushes) {
    FirstPass first = stored.replayId() == null ? FirstPass.LIVE : new FirstPass(true, Range.ALL);
    return new SecondPass.Order(notes.revision(part.id()), deadline, range(replay), first, noMorePushes);
  }

  static Range range(RunReplay replay) {
    return new Range(Objects.requireNonNullElse(replay.fromMillis(), Long.MIN_VALUE),
        Objects.requireNonNullElse(replay.toMillis(), Long.MAX_VALUE));
  }

  private Optional<End> surveyed(Replay.Survey survey) {
    boolean none = survey.points() == 0;
    notes.survey(part.id(), new ReplaySurvey(survey.steps(), survey.points(), survey.series(),
        none ? null : Instant.ofEpochMilli(survey.fromMillis()),
        none ? null : Instant.ofEpochMilli(survey.toMillis()), survey.tooOld(), survey.beyondWindow()));
    return ended(ReplayPart.State.DONE, null);
  }

  private Optional<End> reported(Export export, SecondPass.Result result) {
    Optional<String> gone = notes.gone(run.id());
    if (gone.isPresent()) { return ended(ReplayPart.State.FAILED, gone.get()); } // nobody knows what was compared
    notes.report(part.id(), result.report());
    if (replay.dryRun()) { return ended(ReplayPart.State.DONE, null); }
    boolean leftOut = !range(replay).equals(Range.ALL) && result.report().pending() > 0;
    boolean gaveUp = result.gaveUp() || leftOut && stored.state().equals("gaveUp");
    // What a range leaves out still has to be seen by the export's own second pass.
    states.reconciled(stored.id(), PostgresLedger.epochOf(export), result.report(), leftOut ? 0 : result.throughSeq(),
        gaveUp);
    return ended(result.gaveUp() ? ReplayPart.State.GAVE_UP : ReplayPart.State.DONE, null);
  }

  private static Optional<End> ended(ReplayPart.State state, @Nullable String error) {
    return Optional.of(new End(state, error));
  }
}
