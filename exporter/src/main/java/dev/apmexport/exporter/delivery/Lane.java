package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.delivery.Transmission.Refused;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.Sink;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
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
  private final Untaken untaken;
  private final TakenSeries known;
  private final Suspicion suspicion;
  private final AtomicLong submitted = new AtomicLong();
  private volatile long done; // written by the lane's thread alone
  private volatile @Nullable Step current;
  private volatile @Nullable RuntimeException death;
  private volatile boolean gaveUp;
  private @Nullable Thread thread;

  Lane(Delivery delivery, int shards, LedgerState booked, Delivery.Means means) {
    this.delivery = delivery;
    this.booked = booked;
    this.means = means;
    this.untaken = new Untaken(booked, means, shards);
    this.known = new TakenSeries(booked, delivery.gate());
    this.suspicion = new Suspicion(means);
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
      while (true) {
        Step step = queue.take();
        current = step;
        settle(step, sink);
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

  private void settle(Step step, Sink sink) throws InterruptedException, GaveUp {
    if (step.number() <= booked.settled(step.pass(), step.shard())) {
      Batch taken = untaken.wanted(step);
      known.took(step.pass(), taken);
      untaken.note(step, taken, List.of());
      delivery.progress().settled(taken.size(), step.batch().size() - taken.size());
      return;
    }
    awaitTime(step.batch().atMillis());
    InHand inHand = new InHand(step, means);
    inHand.book();
    if (booked.fingerprint(step.pass(), step.shard(), step.number()).isPresent()) {
      inHand.mayArriveYet(); // whoever booked it before may have sent it
    }
    Batch wanted = untaken.wanted(step);
    int lost = send(step, wanted, inHand, new Attempts(sink, inHand, means, delivery.progress(), delivery.gate()));
    if (lost > 0 || !isFollowed(step)) {
      // Else the next booking settles this step, in the same commit.
      means.ledger().settle(step.pass(), step.shard(), step.number());
    }
    if (lost == 0) {
      known.took(step.pass(), wanted);
    }
    delivery.progress().settled(wanted.size() - lost, step.batch().size() - wanted.size() + lost);
  }

  /** Whether the next booking will say that this step is settled. */
  private boolean isFollowed(Step step) {
    Step next = queue.peek();
    return next != null && next.pass() == step.pass();
  }

  /** Returns how many points were not taken, each of which is noted. */
  private int send(Step step, Batch wanted, InHand inHand, Attempts attempts) throws InterruptedException, GaveUp {
    try {
      BooleanSupplier strange = () -> known.isStrange(step.pass(), wanted) || untaken.isOnTrial(step, wanted);
      List<Refused> refused = new Transmission(wanted, suspicion.of(step.pass(), wanted, strange), attempts, means,
          delivery.progress(), delivery.gate()).send();
      if (means.amendment() instanceof Amendment.Refused && refused.stream().anyMatch(Refused::failing)) {
        inHand.mayArriveYet(); // who fails may have stored it first, and then refuses every other value
      }
      return untaken.note(step, wanted, refused);
    } catch (LeftOut e) {
      untaken.noteAll(step, e.reason());
      return wanted.size();
    }
  }

  /** No destination is sent a time that has not come: some take it, and then refuse everything earlier. */
  private void awaitTime(long atMillis) throws InterruptedException {
    for (long ahead = atMillis - means.time().millis(); ahead > 0; ahead = atMillis - means.time().millis()) {
      means.time().sleep(Duration.ofMillis(ahead));
    }
  }
}
