package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.delivery.Delivery;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rolling pass of one live export: begun once the run is long enough to need it. When it fails, the live pass goes
 * on without it, and the second pass sets right what the destination still takes by then.
 */
final class Follower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  private final RunSettings settings;
  private final Export export;
  private final RunFeed feed;
  private final Exporter.Means means;
  private final Delivery live;
  private Delivery.Mark mark;
  private long markedAt;
  private long settledThrough;
  private @Nullable RollingPass pass;
  private volatile @Nullable String failure;

  Follower(RunSettings settings, Export export, RunFeed feed, Exporter.Means means, Delivery live) {
    this.settings = settings;
    this.export = export;
    this.feed = feed;
    this.means = means;
    this.live = live;
    this.mark = live.mark();
  }

  /**
   * Goes on where there is something to do.
   *
   * @param seq the last record that the live pass has folded
   * @param firstSealedEnd when the run's first window ended, in milliseconds
   */
  void advance(long seq, long firstSealedEnd) throws InterruptedException {
    if (mark.isSettled()) {
      settledThrough = markedAt;
      mark = live.mark();
      markedAt = seq;
    }
    if (failure != null || !export.config().reconcile() || !isLong(firstSealedEnd)) { return; }
    try {
      open().advance();
    } catch (Fenced e) {
      throw e;
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private boolean isLong(long firstSealedEnd) {
    return firstSealedEnd <= means.time().instant().minus(RollingPass.BEGINS_AFTER).toEpochMilli();
  }

  private RollingPass open() {
    if (pass == null) {
      pass = new RollingPass(settings, export, feed, means, () -> settledThrough);
    }
    return pass;
  }

  private void fail(RuntimeException e) {
    LOG.warn("Run {}, export {}: what was sent cannot be gone over while the run lives; the second pass will do it.",
        settings.testRunId(), export.index(), e);
    failure = String.valueOf(e.getMessage());
    close();
    pass = null;
  }

  /** Throws if another worker has taken the export over. */
  void check() {
    try {
      if (pass != null) {
        pass.check();
      }
    } catch (Fenced e) {
      throw e;
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /** Whether all that was to be sent is settled. */
  boolean isDrained() {
    RollingPass running = pass;
    return running == null || running.isDrained();
  }

  /** From now on a failing destination is tried until this time only. */
  void giveUpAt(Instant time) {
    if (pass != null) {
      pass.giveUpAt(time);
    }
  }

  List<Problem> warnings() {
    return failure == null ? List.of()
        : List.of(Problem.warning("apm[" + export.index() + "]", "could not be gone over while the run lives ("
            + failure + "); what the destination does not take any more at the end will be told as refused."));
  }

  @Override
  public void close() {
    if (pass != null) {
      pass.close();
    }
  }
}
