package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.delivery.Delivery;
import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.resample.Aggregation;
import dev.apmexport.exporter.resample.SampleCounts;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One export while its run lives: folded windows become steps, steps go to the delivery. */
final class LiveExport implements WindowReceiver, AutoCloseable {
  private final Export export;
  private final Progress progress = new Progress();
  private final Delivery delivery;
  private final WindowReceiver steps;
  private final Channel channel;
  private volatile long sealed;
  private volatile long lastSealedEnd = Long.MIN_VALUE;
  private final Follower follower;
  private volatile long firstSealedEnd = Long.MAX_VALUE;
  private volatile @Nullable Fold own;
  private boolean released;

  LiveExport(Export export, RunSettings settings, RunFeed feed, Exporter.Means means) {
    this.export = export;
    this.delivery = new Delivery(export.layout().shards(), export.ledger().load(), means.forExport(export), progress);
    this.follower = new Follower(settings, export, feed, means, delivery);
    this.steps = Steps.first(export.layout(), delivery::submit).windows(export.config().sink().shape());
    this.channel = new Channel(export, settings, Horizon.LIVE, this);
  }

  @Override
  public void window(Window window, List<Aggregation> opened, List<Aggregation> live) {
    steps.window(window, opened, live);
    sealed++;
    lastSealedEnd = window.endMillis();
    firstSealedEnd = Math.min(firstSealedEnd, lastSealedEnd);
  }

  @Override
  public void end(Window last, List<Aggregation> live) {
    steps.end(last, live);
  }

  Export export() {
    return export;
  }

  Channel channel() {
    return channel;
  }

  Delivery delivery() {
    return delivery;
  }

  /**
   * Goes on with the pass that follows the live one at a distance, once the run is long enough to need it.
   *
   * @param run the fold that the exports share
   */
  void roll(Fold run) throws InterruptedException {
    if (!released && !isDetached() && !run.ended()) {
      follower.advance(run.seq(), firstSealedEnd);
    }
  }

  /** Whether everything that was read is settled at the destination. */
  boolean isDrained() {
    return !isDetached() && delivery.isDrained() && follower.isDrained();
  }

  /** Throws what a delivery died of. */
  void check() {
    if (released) { return; }
    delivery.check();
    follower.check();
  }

  /** Nothing more is sent; another pass may take the ledger over. */
  void release() {
    released = true;
    close();
  }

  /** Whether the export reads the log for itself. */
  boolean isDetached() {
    return own != null;
  }

  /** From now on the export has this fold of its own; null to share the run's. */
  void detached(@Nullable Fold fold) {
    own = fold;
  }

  ExportStatus status(Fold run) {
    Fold mine = own;
    Fold read = mine == null ? run : mine;
    long oldest = delivery.oldestPending();
    long pending = oldest == Long.MAX_VALUE || sealed == 0 ? 0
        : Math.min(sealed, Math.ceilDiv(lastSealedEnd - oldest, channel.seconds() * 1000L) + 1);
    SampleCounts counts = channel.counts();
    long refused = read.refusals().values().stream().mapToLong(Long::longValue).sum() + counts.refused();
    return new ExportStatus(state(), channel.seconds(), new ExportStatus.Windows(sealed, sealed - pending, pending),
        new ExportStatus.Points(progress.accepted(), progress.rejected(), progress.pending()),
        new ExportStatus.Samples(read.read(), counts.selected(), counts.unselected(), refused, counts.late(),
            read.refusals()),
        lag(run.lastBucket(), oldest), progress.lastError(), warnings(read));
  }

  private List<Problem> warnings(Fold read) {
    List<Problem> warnings = new ArrayList<>(channel.warnings(read.ended()));
    warnings.addAll(read.warnings());
    warnings.addAll(follower.warnings());
    return warnings;
  }

  private ExportStatus.State state() {
    if (delivery.gaveUp()) { return ExportStatus.State.GAVE_UP; }
    if (progress.isPaused()) { return ExportStatus.State.PAUSED; }
    return isDetached() ? ExportStatus.State.BEHIND : ExportStatus.State.LIVE;
  }

  private long lag(long lastBucket, long oldestPending) {
    long settled = Math.min(lastSealedEnd, oldestPending);
    return lastBucket == Long.MIN_VALUE || settled == Long.MIN_VALUE ? 0 : Math.max(0, lastBucket - settled / 1000);
  }

  void giveUpAt(Instant time) {
    delivery.giveUpAt(time);
    follower.giveUpAt(time);
  }

  @Override
  public void close() {
    delivery.close();
    follower.close();
  }
}
