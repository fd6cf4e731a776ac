package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Sink;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Takes the steps of one export to its sink, in order within a shard, one request in flight for each: books before
 * sending, repeats what is ambiguous, notes what is refused. Steps that the ledger shows as settled are counted and not
 * sent again, so a worker that takes over just plays the log again.
 */
public final class Delivery implements AutoCloseable {
  /**
   * So many points may wait; beyond that the export is fed by its own reader of the log. 16 bytes each and a reference.
   */
  private static final long MAX_WAITING = 200_000;

  private final List<Lane> lanes;
  private final AtomicLong waiting = new AtomicLong();
  private final Progress progress;
  private final Gate gate;

  /**
   * What a delivery needs besides its steps.
   *
   * @param limit of the points that may leave in a second
   * @param strict whether a batch that the destination refuses is left out as a whole, instead of finding what is bad
   * @param quarantines whether a series is left out from its first refused point on, which keeps what is missing in one
   *     piece for a later pass to mend; where none comes, each point is tried for itself, but for some minutes after the
   *     destination failed for one
   */
  public record Means(Supplier<Sink> sinks, Amendment amendment, Ledger ledger, RetryPolicy retry, Timeline time,
      ThreadFactory threads, PointLimit limit, boolean strict, boolean quarantines) {
    /** With quarantine. */
    public Means(Supplier<Sink> sinks, Amendment amendment, Ledger ledger, RetryPolicy retry, Timeline time,
        ThreadFactory threads, PointLimit limit, boolean strict) {
      this(sinks, amendment, ledger, retry, time, threads, limit, strict, true);
    }
  }

  public Delivery(int shards, LedgerState booked, Means means, Progress progress) {
    this.progress = progress;
    this.gate = new Gate(means, progress);
    this.lanes = IntStream.range(0, shards).mapToObj(_ -> new Lane(this, shards, booked, means)).toList();
    lanes.forEach(lane -> lane.start(means.threads()));
  }

  /** Whether another window may be handed in. */
  public boolean hasRoom() {
    return waiting.get() < MAX_WAITING;
  }

  /** Hands in a step, after the earlier ones of its shard. Never blocks. */
  public void submit(Step step) {
    progress.queued(step.batch().size());
    waiting.addAndGet(step.batch().size());
    lanes.get(step.shard()).submit(step);
  }

  /** What was handed in up to now. */
  public Mark mark() {
    long[] handedIn = lanes.stream().mapToLong(Lane::submitted).toArray();
    return () -> IntStream.range(0, handedIn.length).allMatch(i -> lanes.get(i).done() >= handedIn[i]);
  }

  /** A place in what was handed in. */
  @FunctionalInterface
  public interface Mark {
    /** Whether everything before it is settled. */
    boolean isSettled();
  }

  void left(int points) {
    waiting.addAndGet(-points);
  }

  /** Whether every step handed in is settled. */
  public boolean isDrained() {
    return waiting.get() == 0;
  }

  /** From now on failures are repeated until this time only. */
  public void giveUpAt(Instant time) {
    gate.giveUpAt(time);
  }

  Gate gate() {
    return gate;
  }

  Progress progress() {
    return progress;
  }

  /** Whether a lane stopped because the time was over. */
  public boolean gaveUp() {
    return lanes.stream().anyMatch(Lane::gaveUp);
  }

  /** Whether that of a shard did; nothing more of it is sent. */
  public boolean gaveUp(int shard) {
    return lanes.get(shard).gaveUp();
  }

  /** Whether a lane is still at work on what was handed in; those that gave up or died are not. */
  public boolean isAtWork() {
    return lanes.stream().anyMatch(Lane::isAtWork);
  }

  /** The earliest time among the points that are not settled; {@link Long#MAX_VALUE} if there are none. */
  public long oldestPending() {
    return lanes.stream().mapToLong(Lane::oldestPending).min().orElse(Long.MAX_VALUE);
  }

  /** Throws what a lane died of: {@link dev.apmexport.exporter.ledger.Fenced}, or a fault of our own. */
  public void check() {
    for (Lane lane : lanes) {
      RuntimeException death = lane.death();
      if (death != null) { throw death; }
    }
  }

  /** Stops the lanes where they are; what is not settled stays with the ledger. */
  @Override
  public void close() {
    lanes.forEach(Lane::stop);
  }
}
