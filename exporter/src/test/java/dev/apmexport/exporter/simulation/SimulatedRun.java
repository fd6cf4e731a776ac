package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.SecondPass;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.datadog.FakeDatadog;
import io.github.resilience4j.core.IntervalFunction;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * One seed's run, from its log to a receiver, on virtual time: workers that take it over from each other play it live
 * and go over it again.
 */
final class SimulatedRun implements AutoCloseable {
  private static final String TEST_RUN_ID = "42";
  private static final int SERIES = 10_000;
  /** So long after the end pushes may still come. */
  private static final Duration GRACE = Duration.ofSeconds(200);

  private final Scenario scenario;
  private final Sabotage sabotage;
  private final VirtualTimeline time;
  private final SimulatedLog log;
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final Receiver receiver;
  private final Wire wire;
  private final List<Zombie> zombies = new ArrayList<>();
  private InMemoryLedger ledger = new InMemoryLedger();
  private int workers;
  private int revision;
  private long passFrom;
  private Worker worker;
  private Exporter exporter;

  /** A worker that stands still while another one does its work. */
  private record Zombie(Worker worker, Exporter exporter) {}

  SimulatedRun(Scenario scenario, Sabotage sabotage) {
    this.scenario = scenario;
    this.sabotage = sabotage;
    this.time = new VirtualTimeline(scenario.pushes().getFirst().push().second() * 1000 - 60_000);
    this.log = new SimulatedLog(time, scenario.run().period());
    this.receiver = Receiver.open(scenario.kind(), time);
    this.wire = new Wire(receiver, scenario.faults(), time, http, sabotage);
    takeOver();
    exporter = exporter();
  }

  private void takeOver() {
    if (workers++ > 0) {
      ledger = ledger.takeOver();
    }
    worker = new Worker(workers, scenario, sabotage.ledger().apply(ledger), time);
    wire.heldBy(workers);
  }

  private Exporter exporter() {
    return new Exporter(settings(RunSettings.FOLD_VERSION), List.of(export()), log.feed(), means());
  }

  private RunSettings settings(int foldVersion) {
    return new RunSettings(TEST_RUN_ID, scenario.run().period(), SERIES, SERIES, foldVersion);
  }

  private Export export() {
    ApmBlock block = ApmBlocks.readBlock(0, scenario.wish().block(wire.uri().toString(), FakeDatadog.KEY,
        Map.of(Shipment.WORKER, "worker-" + worker.number())));
    ExportConfig config = block.config();
    if (config == null) { throw new AssertionError(block.problems().toString()); }
    return new Export(0, config, worker);
  }

  /** Waits as the product does, but not at random: a seed repeats itself but for the order in which threads get their turn. */
  private Exporter.Means means() {
    var backoff = IntervalFunction.ofExponentialBackoff(Duration.ofMillis(100), 2.0, Duration.ofSeconds(30));
    return new Exporter.Means(http, new RetryPolicy(backoff), worker, time.threads());
  }

  /** Plays everything, and returns what there is to judge. */
  Outcome play() throws Exception {
    for (Scenario.LogPush push : scenario.pushes()) {
      append(push);
      if (Draw.fraction(scenario.seed(), "advance", log.samples().size()) < 0.7) {
        advance();
      }
    }
    log.finish();
    Instant giveUpAt = time.instant().plusSeconds(scenario.patienceSeconds());
    ExportStatus live = drain(giveUpAt);
    Instant lastPush = time.instant().plus(GRACE);
    SecondPass.Result result = secondPass(giveUpAt, lastPush);
    if (!scenario.behindEnd().isEmpty() && time.instant().isBefore(lastPush)) { // later ones are turned away
      for (Scenario.LogPush push : scenario.behindEnd()) {
        append(push);
      }
      result = secondPass(giveUpAt, lastPush);
    }
    Instant correctFrom = lastPush;
    for (Instant again = result.again(); again != null; again = result.again()) {
      correctFrom = again;
      waitUntil(again.toEpochMilli());
      result = secondPass(giveUpAt, lastPush);
    }
    Outcome.Times times = new Outcome.Times(giveUpAt.toEpochMilli(), correctFrom.toEpochMilli(), passFrom,
        time.millis());
    settle();
    return new Outcome(scenario, TEST_RUN_ID, scenario.run().period(), log.samples(), log.late(), live,
        result.report(), times, receiver.content().get(), receiver.violations().get(), wire);
  }

  private void append(Scenario.LogPush push) throws InterruptedException, IOException {
    waitUntil(push.second() * 1000);
    log.append(push);
  }

  private void waitUntil(long millis) throws InterruptedException, IOException {
    time.sleep(Duration.ofMillis(Math.max(0, millis - time.millis())));
    wire.deliverDelayed();
  }

  /** Reads what is new. Where the worker has died or stands still, another takes its place and reads from the start. */
  private void advance() throws InterruptedException {
    while (worker.isFrozen() || !read()) {
      if (worker.isFrozen()) {
        zombies.add(new Zombie(worker, exporter));
      } else {
        exporter.close();
      }
      takeOver();
      exporter = exporter();
    }
    for (Zombie zombie : zombies) {
      awake(zombie);
    }
  }

  /** Returns whether the worker is still alive. */
  private boolean read() throws InterruptedException {
    try {
      while (exporter.advance()) {}
      return true;
    } catch (Fenced died) {
      if (!worker.isDead()) { throw died; }
      return false;
    }
  }

  /** A worker that stood still goes on where it was, until it learns that it is no longer wanted. */
  private void awake(Zombie zombie) throws InterruptedException {
    try {
      if (!zombie.worker.isFrozen() && !zombie.worker.isDead()) {
        zombie.exporter.advance();
      }
    } catch (Fenced gone) {
      zombie.exporter.close();
    }
  }

  /** Until everything of the live pass is settled, or its time is over. */
  private ExportStatus drain(Instant giveUpAt) throws InterruptedException, IOException {
    while (true) {
      advance();
      Optional<ExportStatus> end = end(giveUpAt);
      if (end.isPresent()) { return end.get(); }
      waitAWhile();
    }
  }

  /** How the live pass has ended; nothing if it has not, or if its worker has died in this moment. */
  private Optional<ExportStatus> end(Instant giveUpAt) throws InterruptedException {
    try {
      exporter.giveUpAt(0, giveUpAt);
      ExportStatus status = exporter.status(0);
      boolean done = exporter.isDrained(0) || status.state() == ExportStatus.State.GAVE_UP;
      if (!done || exporter.position() != log.feed().head()) { return Optional.empty(); }
      exporter.close();
      return Optional.of(exporter.status(0));
    } catch (Fenced died) {
      if (!worker.isDead()) { throw died; }
      return Optional.empty();
    }
  }

  /** Some seconds, or until something that was on its way arrives. */
  private void waitAWhile() throws InterruptedException, IOException {
    long next = wire.nextArrival();
    waitUntil(Math.min(time.millis() + 5_000, Math.max(time.millis() + 100, next)));
  }

  /** Worker after worker tries, until one comes to the pass's end. */
  private SecondPass.Result secondPass(Instant giveUpAt, Instant correctFrom) throws Exception {
    revision++;
    passFrom = time.millis();
    while (true) {
      takeOver();
      Worker mine = worker;
      FutureTask<SecondPass.Result> task = new FutureTask<>(pass(giveUpAt, correctFrom)::run);
      time.threads().newThread(task).start();
      do {
        waitAWhile();
      } while (!task.isDone() && !mine.isFrozen());
      if (task.isDone() && !mine.isDead()) { return result(task); }
    }
  }

  private SecondPass pass(Instant giveUpAt, Instant correctFrom) {
    boolean other = scenario.version() == Scenario.Version.DECLARED_OTHER;
    SecondPass.Order order = SecondPass.Order.of(revision, giveUpAt).correctingFrom(correctFrom);
    return new SecondPass(settings(RunSettings.FOLD_VERSION - (other ? 1 : 0)), export(), log.feed(), means(), order);
  }

  private static SecondPass.Result result(FutureTask<SecondPass.Result> task) throws InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new AssertionError("The second pass failed.", e.getCause());
    }
  }

  /** Until everybody is awake again and everything has arrived. */
  private void settle() throws InterruptedException, IOException {
    long last = zombies.stream().mapToLong(zombie -> zombie.worker.frozenUntil()).max().orElse(0);
    waitUntil(Math.max(time.millis(), last) + 1_000);
    for (Zombie zombie : zombies) {
      awake(zombie);
    }
    waitUntil(time.millis() + 400_000); // the longest that a sender waits, and longer than anything is on its way
    zombies.forEach(zombie -> zombie.exporter.close());
  }

  @Override
  public void close() throws Exception {
    exporter.close();
    zombies.forEach(zombie -> zombie.exporter.close());
    http.close();
    wire.close();
    receiver.close();
  }
}
