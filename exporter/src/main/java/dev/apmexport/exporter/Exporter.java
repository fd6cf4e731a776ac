package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Delivery;
import dev.apmexport.exporter.delivery.PointLimit;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The live pass of one run: its log in, its exports' points out. Started at any time it plays the log from the
 * beginning; what the ledgers show as settled is not sent again. So crash recovery is the same code as a first start.
 *
 * <p>All exports share one reading of the log. One whose destination is slow leaves it, reads the log for itself until
 * it has caught up, and comes back; nothing is skipped and nobody waits for it.
 */
public final class Exporter implements AutoCloseable {
  private static final int RECORDS_AT_ONCE = 64;
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final RunFeed feed;
  private final Means means;
  private final Fold fold;
  private final List<LiveExport> exports;
  private final Object lock = new Object();
  private volatile @Nullable RuntimeException death;
  private volatile boolean closed;

  /**
   * What a pass needs from outside.
   *
   * @param limits the limit of points per second for a destination, which is given as it is shown to people
   */
  public record Means(HttpTransport http, RetryPolicy retry, Timeline time, ThreadFactory threads,
      Function<String, PointLimit> limits) {
    /** Without limits. */
    public Means(HttpTransport http, RetryPolicy retry, Timeline time, ThreadFactory threads) {
      this(http, retry, time, threads, _ -> PointLimit.NONE);
    }

    /** The same on another clock. */
    public Means on(Timeline other) {
      return new Means(http, retry, other, threads, limits);
    }

    /** The same where all that is sent by it keeps a further limit as well. */
    public Means limitedTo(PointLimit further) {
      return new Means(http, retry, time, threads, destination -> limits.apply(destination).and(further));
    }

    /** The same with so many points a second at most for each destination, whoever in this process sends them. */
    public Means limitedPerDestination(int pointsPerSecond) {
      return new Means(http, retry, time, threads, destination -> limits.apply(destination).and(
          http.shared("limit of " + destination, PointLimit.class, () -> PointLimit.of(pointsPerSecond, time))));
    }

    Delivery.Means forExport(Export export) {
      SinkConfig sink = export.config().sink();
      HttpTransport clocked = http.on(time);
      return new Delivery.Means(() -> sink.open(clocked), sink.amendment(), export.ledger(), retry, time, threads,
          limits.apply(sink.destination()), sink.isStrict(), export.config().reconcile());
    }
  }

  public Exporter(RunSettings settings, List<Export> exports, RunFeed feed, Means means) {
    this.feed = feed;
    this.means = means;
    this.exports = open(settings, exports, feed, means);
    this.fold = new Fold(settings, new SeriesTable(settings.inputSeriesLimit()),
        this.exports.stream().map(LiveExport::channel).toList());
  }

  private static List<LiveExport> open(RunSettings settings, List<Export> exports, RunFeed feed, Means means) {
    List<LiveExport> open = new ArrayList<>();
    try {
      exports.forEach(export -> open.add(new LiveExport(export, settings, feed, means)));
      return open;
    } catch (RuntimeException e) {
      open.forEach(LiveExport::close);
      throw e;
    }
  }

  /** Takes what is new in the log; returns whether there was anything. Throws what a delivery died of. */
  public boolean advance() throws InterruptedException {
    check();
    for (LiveExport export : exports) {
      export.roll(fold);
    }
    List<LogRecord> records = feed.read(fold.seq(), RECORDS_AT_ONCE);
    for (LogRecord record : records) {
      synchronized (lock) {
        detachFull();
        fold.take(record);
        while (fold.sealSome()) {
          detachFull();
        }
      }
    }
    return !records.isEmpty();
  }

  private void detachFull() {
    exports.stream().filter(export -> !export.isDetached() && !export.delivery().hasRoom()).forEach(this::detach);
  }

  /** Whether the last record read says that the run has ended. */
  public boolean hasEnded() {
    return fold.ended();
  }

  /** The run's input series so far. */
  public List<InputSeries> inputSeries() {
    return fold.series();
  }

  /** The number of the last record read. */
  public long position() {
    return fold.seq();
  }

  /** Whether everything of an export that was read is settled at its destination. */
  public boolean isDrained(int index) {
    return find(index).isDrained();
  }

  public ExportStatus status(int index) {
    LiveExport export = find(index);
    synchronized (lock) {
      synchronized (export) {
        return export.status(fold);
      }
    }
  }

  /** From now on an export's failing destination is tried until this time only. */
  public void giveUpAt(int index, Instant time) {
    find(index).giveUpAt(time);
  }

  private LiveExport find(int index) {
    return exports.stream().filter(export -> export.export().index() == index).findFirst().orElseThrow();
  }

  /** Leaves an export to another pass: nothing more of it is sent or booked from here. */
  public void release(int index) {
    find(index).release();
  }

  private void check() {
    exports.forEach(LiveExport::check);
    if (death != null) { throw death; }
  }

  private void detach(LiveExport export) {
    Fold own = fold.split(export.channel());
    export.detached(own);
    means.threads().newThread(() -> catchUp(export, own)).start();
  }

  private void catchUp(LiveExport export, Fold own) {
    try {
      seal(export, own); // what the record read last has still to seal
      while (!closed && !rejoined(export, own)) {
        for (LogRecord record : feed.read(own.seq(), RECORDS_AT_ONCE)) {
          if (!awaitRoom(export)) { return; }
          synchronized (export) {
            own.take(record);
          }
          seal(export, own);
          if (own.seq() == fold.seq()) {
            break;
          }
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      death = e instanceof RuntimeException fault ? fault : new IllegalStateException("An export stopped.", e);
    }
  }

  /** The lock is left between, so that the export's status can be asked for. */
  private void seal(LiveExport export, Fold own) throws InterruptedException {
    boolean more = true;
    while (more && awaitRoom(export)) {
      synchronized (export) {
        more = own.sealSome();
      }
    }
  }

  /** Returns false if the exporter was closed meanwhile. */
  private boolean awaitRoom(LiveExport export) throws InterruptedException {
    while (!closed && !export.delivery().hasRoom()) {
      means.time().sleep(PAUSE);
    }
    return !closed;
  }

  private boolean rejoined(LiveExport export, Fold own) {
    synchronized (lock) {
      if (own.seq() != fold.seq()) { return false; }
      fold.join(own);
      export.detached(null);
      return true;
    }
  }

  @Override
  public void close() {
    closed = true;
    exports.forEach(LiveExport::close);
  }
}
