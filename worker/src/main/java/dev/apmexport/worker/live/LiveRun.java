package dev.apmexport.worker.live;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.log.PostgresRunFeed;
import dev.apmexport.store.run.RunSeries;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.work.Work;
import dev.apmexport.worker.GiveUp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Plays one run: reads what comes, says how far it is, ends a run that has gone silent, hands exports over when all is
 * sent.
 */
final class LiveRun implements AutoCloseable {
  private static final Duration IDLE_END = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);

  private final TestRun run;
  private final List<Held> exports;
  private final PostgresRunFeed feed;
  private final MetricLog log;
  private final RunStates states;
  private final RunSeries series;
  private final Work work;
  private final Exporter.Means means;
  private final Exporter exporter;
  private final Set<Long> handedOver = new HashSet<>();
  private Instant told = Instant.EPOCH;
  private long seriesKeptAt;

  LiveRun(TestRun run, List<Held> exports, PostgresRunFeed feed, MetricLog log, RunStates states,
      RunSeries series, Work work, Exporter.Means means) {
    this.run = run;
    this.exports = exports;
    this.feed = feed;
    this.log = log;
    this.states = states;
    this.series = series;
    this.work = work;
    this.means = means;
    this.exporter = new Exporter(run.settings(), exports.stream().map(Held::export).toList(), feed, means);
  }

  /** Returns true when the run is over and every export handed over, false when it was told to stop before. */
  boolean play(BooleanSupplier stop) {
    exports.forEach(held -> states.state(held.id(), ExportStatus.State.LIVE));
    try {
      while (!stop.getAsBoolean()) {
        boolean moved = exporter.advance();
        tell();
        if (!moved && settleEnd()) { return true; }
        if (!moved) {
          means.time().sleep(POLL);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /** Nothing is left to read. Returns whether all is done. */
  private boolean settleEnd() {
    Optional<Instant> finished = states.finishedAt(run.id());
    if (finished.isEmpty()) {
      if (feed.idleFor().compareTo(IDLE_END) > 0) {
        log.finish(run.id(), false, "{\"idle\":true}".getBytes(StandardCharsets.UTF_8));
      }
      return false;
    }
    if (exporter.position() < feed.head()) {
      return false; // the end is still to be read; late pushes may follow it
    }
    keepSeries();
    for (Held held : exports) {
      exporter.giveUpAt(held.export().index(), GiveUp.after(finished.get(), held.export().config().sink().amendment()));
      if (!handedOver.contains(held.id()) && isSettled(held)) {
        handOver(held);
      }
    }
    boolean over = handedOver.size() == exports.size();
    if (over) {
      states.endIfAllDone(run.id());
    }
    return over;
  }

  /** Before anything is handed over, and again after late pushes. */
  private void keepSeries() {
    if (seriesKeptAt < exporter.position()) {
      seriesKeptAt = exporter.position();
      series.put(run.id(), exporter.inputSeries());
    }
  }

  private boolean isSettled(Held held) {
    return exporter.isDrained(held.export().index())
        || exporter.status(held.export().index()).state() == ExportStatus.State.GAVE_UP;
  }

  private void handOver(Held held) {
    ExportStatus status = exporter.status(held.export().index());
    exporter.release(held.export().index());
    states.status(held.id(), status);
    if (held.export().config().reconcile()) {
      states.state(held.id(), ExportStatus.State.RECONCILING);
      work.secondPass(held.id());
    } else {
      states.exported(held.id(), status.state() == ExportStatus.State.GAVE_UP);
    }
    handedOver.add(held.id());
  }

  private void tell() {
    Instant time = means.time().instant();
    if (Duration.between(told, time).compareTo(TELL_EVERY) >= 0) {
      told = time;
      exports.stream().filter(held -> !handedOver.contains(held.id()))
          .forEach(held -> states.status(held.id(), exporter.status(held.export().index())));
    }
  }

  @Override
  public void close() {
    exporter.close();
  }
}
