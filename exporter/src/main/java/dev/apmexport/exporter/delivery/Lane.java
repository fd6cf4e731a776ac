package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.Sink;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of one shard, one after the other. */
final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  private final Delivery delivery;
  private final LedgerState booked;
  private final Delivery.Means means;
  private final BlockingQueue<Step> queue = new LinkedBlockingQueue<>();
  /** From when on nothing of a series is sent; what stands before, a correction, may still be taken. */
  private final Map<Long, Long> quarantined = new HashMap<>();
  private final AtomicLong submitted = new AtomicLong();
  private volatile long done; // written by the lane's thread alone
  private volatile @Nullable Step current;
  private volatile @Nullable RuntimeException death;
  private volatile boolean gaveUp;
  private @Nullable Thread thread;

  Lane(Delivery delivery, LedgerState booked, Delivery.Means means) {
    this.delivery = delivery;
    this.booked = booked;
    this.means = means;
  }

  void start(ThreadFactory threads) {
    thread = threads.newThread(this::run);
    thread.start();
  }

  /** By one thread at a time. */
  void submit(Step step) {
    submitted.incrementAndGet();
    queue.add(step);
  }

  long submitted() {
    return submitted.get();
  }

  /** How many of the steps submitted are settled, which are the first. */
  long done() {
    return done;
  }

  boolean gaveUp() {
    return gaveUp;
  }

  /** Whether it has steps before it and goes on with them. */
  boolean isAtWork() {
    return done < submitted.get() && !gaveUp && death == null;
  }

  @Nullable
  RuntimeException death() {
    return death;
  }

  void stop() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  long oldestPending() {
    Step head = current;
    if (head == null) {
      head = queue.peek();
    }
    return head == null ? Long.MAX_VALUE : head.batch().atMillis();
  }

  private void run() {
    try (Sink sink = means.sinks().get()) {
      Transmission transmission = new Transmission(sink, means, delivery.progress(), delivery.gate());
      while (true) {
        Step step = queue.take();
        current = step;
        settle(step, transmission);
        done++;
        delivery.left(step.batch().size());
        current = null;
      }
    } catch (InterruptedException stopped) {
      // The delivery was closed; the ledger knows how far this shard is.
    } catch (GaveUp e) {
      gaveUp = true;
      delivery.progress().failed(e.getMessage() == null ? "The time for this export is over." : e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.debug("A lane stopped.", e);
      death = e instanceof RuntimeException fault ? fault : new IllegalStateException("A lane stopped.", e);
    }
  }

  private void settle(Step step, Transmission transmission) throws InterruptedException, GaveUp {
    if (step.number() <= booked.settled(step.pass(), step.shard())) {
      int refused = step.batch().size() - wanted(step).size();
      delivery.progress().settled(step.batch().size() - refused, refused);
      return;
    }
    awaitTime(step.batch().atMillis());
    long asked = means.time().millis();
    means.ledger().book(step.booking());
    Batch wanted = wanted(step);
    int lost = send(step, wanted, asked, transmission);
    if (lost > 0 || queue.isEmpty()) {
      // Else the next booking settles this step, in the same commit.
      means.ledger().settle(step.pass(), step.shard(), step.number());
    }
    delivery.progress().settled(wanted.size() - lost, step.batch().size() - wanted.size() + lost);
  }

  /** Returns how many points were not taken, each of which is noted. */
  private int send(Step step, Batch wanted, long asked, Transmission transmission)
      throws InterruptedException, GaveUp {
    try {
      List<Transmission.Refused> refused = transmission.send(wanted, asked,
          () -> means.ledger().book(step.booking()));
      refused.forEach(part -> reject(step.pass(), part));
      return refused.stream().mapToInt(part -> part.points().size()).sum();
    } catch (LeftOut e) {
      means.ledger()
          .reject(Rejection.ofTime(step.pass(), step.shard(), delivery.shards(), wanted.atMillis(), e.reason()));
      return wanted.size();
    }
  }

  /** The points without those of series the destination refused before. */
  private Batch wanted(Step step) {
    Batch batch = step.batch();
    return batch.where(i -> {
      Series series = batch.series()[i];
      return batch.atMillis() < quarantined.getOrDefault(series.key(), Long.MAX_VALUE)
          && booked.rejection(step.pass(), series.key(), batch.atMillis()).isEmpty();
    });
  }

  private void reject(int pass, Transmission.Refused refused) {
    Batch points = refused.points();
    for (Series series : points.series()) {
      means.ledger().reject(Rejection.quarantine(pass, series, points.atMillis(), refused.reason()));
      if (means.quarantines()) {
        quarantined.merge(series.key(), points.atMillis(), Math::min);
      }
    }
  }

  /** No destination is sent a time that has not come: some take it, and then refuse everything earlier. */
  private void awaitTime(long atMillis) throws InterruptedException {
    for (long ahead = atMillis - means.time().millis(); ahead > 0; ahead = atMillis - means.time().millis()) {
      means.time().sleep(Duration.ofMillis(ahead));
    }
  }
}
