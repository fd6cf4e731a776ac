package dev.apmexport.worker.replay;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.FirstPass;
import dev.apmexport.exporter.PassProgress;
import dev.apmexport.exporter.Range;
import dev.apmexport.exporter.Replay;
import dev.apmexport.exporter.SecondPass;
import dev.apmexport.exporter.source.RunFeed;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayStates;
import dev.apmexport.store.replay.ReplaySurvey;
import dev.apmexport.store.replay.RunReplay;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.worker.GiveUp;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** The replay of one export, from its opening to the report. */
final class PartPass {
  private final RunReplay replay;
  private final ReplayPart part;
  private final TestRun run;
  private final RunExport stored;
  private final RunStates states;
  private final ReplayStates notes;

  PartPass(RunReplay replay, ReplayPart part, TestRun run, RunExport stored, RunStates states, ReplayStates notes) {
    this.replay = replay;
    this.part = part;
    this.run = run;
    this.stored = stored;
    this.states = states;
    this.notes = notes;
  }

  /**
   * Sends, or tells what would be sent; the part is over then.
   *
   * @param begun when it was begun for the first time, from which on a failing destination is tried
   * @return when to come again if corrections have to wait until no push can come any more
   */
  Optional<Instant> run(Export export, RunFeed feed, Exporter.Means means, PassProgress progress, Instant begun)
      throws InterruptedException {
    Instant deadline = GiveUp.after(begun, export.config().sink().amendment());
    if (isEverything()) {
      Replay all = new Replay(run.settings(), export, feed, means, range(), deadline, progress);
      return replay.dryRun() ? surveyed(all.survey()) : reported(all.run());
    }
    SecondPass.Order order = order(deadline);
    SecondPass.Result result = new SecondPass(run.settings(), export, feed, means,
        replay.dryRun() ? order.dry() : order, progress).run();
    return reported(result);
  }

  /** The export was made for this replay: nothing of it was sent before. */
  private boolean isEverything() {
    return Objects.equals(stored.replayId(), replay.id());
  }

  private SecondPass.Order order(Instant deadline) {
    Instant noMorePushes = noMorePushes().orElse(Instant.MIN);
    FirstPass first = stored.replayId() == null ? FirstPass.LIVE : new FirstPass(true, Range.ALL);
    return new SecondPass.Order(states.revisions(stored.id()) + 1, deadline, range(), first, noMorePushes);
  }

  private Optional<Instant> noMorePushes() {
    return states.finishedAt(run.id()).map(finished -> finished.plus(MetricLog.GRACE));
  }

  private Range range() {
    return new Range(Objects.requireNonNullElse(replay.fromMillis(), Long.MIN_VALUE),
        Objects.requireNonNullElse(replay.toMillis(), Long.MAX_VALUE));
  }

  private Optional<Instant> surveyed(Replay.Survey survey) {
    boolean none = survey.points() == 0;
    notes.survey(part.id(), new ReplaySurvey(survey.steps(), survey.points(), survey.series(),
        none ? null : Instant.ofEpochMilli(survey.fromMillis()),
        none ? null : Instant.ofEpochMilli(survey.toMillis())));
    notes.end(part.id(), ReplayPart.State.DONE, null);
    return Optional.empty();
  }

  private Optional<Instant> reported(SecondPass.Result result) {
    if (result.early() && !replay.dryRun()) { return noMorePushes(); }
    notes.report(part.id(), result.report());
    if (!replay.dryRun()) {
      boolean leftBehind = stored.state().equals("gaveUp") && result.report().pending() > 0; // by a range
      states.reconciled(stored.id(), result.report(), result.throughSeq(), result.gaveUp() || leftBehind);
    }
    boolean gaveUp = result.gaveUp() && !replay.dryRun();
    notes.end(part.id(), gaveUp ? ReplayPart.State.GAVE_UP : ReplayPart.State.DONE, null);
    return Optional.empty();
  }
}
