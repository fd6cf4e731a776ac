package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.db.TestPostgres;
import dev.apmexport.exporter.simulation.ServedRun;
import dev.apmexport.standalone.demo.Push;
import dev.apmexport.standalone.demo.ServiceClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Simulated runs through the whole service in real time, all at once, with receivers of every kind and all that goes
 * wrong on the way to them, and two services on one database that stand still, are overtaken by each other and are
 * killed. They are judged when the last correction is made, which waits for late pushes.
 */
@Timeout(900)
class SimulatedRunsIT {
  private static final int RUNS = Integer.getInteger("apm.sim.seeds", 20);
  private static final long FIRST_SEED = Long.getLong("apm.sim.from", 21);
  private static final Duration PATIENCE = Duration.ofMinutes(8);
  private static final Duration PAUSE = Duration.ofMillis(500);

  @TempDir
  private static Path folder;

  /** A run that the services know. */
  private record Started(String id, ServedRun run, ServiceClient client) {}

  @Test
  void twenty_runs_come_to_what_is_right_or_say_where_they_do_not() throws Exception {
    SharedDatabase database = new SharedDatabase(TestPostgres.freshDatabase());
    List<String> faults = new ArrayList<>();
    try (var one = new ServiceProcess(folder, database.flags()).start();
        var other = one.twin().start();
        ServiceClient toOne = one.client();
        ServiceClient toOther = other.client();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor()) {
      Instant begin = Instant.ofEpochSecond(Math.ceilDiv(Instant.now().getEpochSecond() + 3, 6L) * 6);
      List<Started> runs = start(List.of(toOne, toOther), begin, database);
      ticker.scheduleWithFixedDelay(() -> runs.forEach(SimulatedRunsIT::deliverDelayed), 1, 1, TimeUnit.SECONDS);
      List<Future<Void>> playing = new ArrayList<>(runs.stream().map(run -> threads.submit(playing(run))).toList());
      playing.add(threads.submit(new Blows(FIRST_SEED, begin, List.of(one, other))));
      for (Future<Void> done : playing) {
        done.get();
      }
      for (Started run : runs) {
        JsonNode export = await(run, view -> view.path("state").asString("").equals("finished")
            && !database.hasPasses(run.id)).path("exports").path(0);
        System.out.println(run.run.told(export));
        faults.addAll(run.run.faults(run.id, export));
      }
      ticker.shutdownNow();
      for (Started run : runs) {
        run.run.close();
      }
    }
    assertThat(faults).isEmpty();
  }

  private static List<Started> start(List<ServiceClient> clients, Instant begin, SharedDatabase database)
      throws IOException, InterruptedException, SQLException {
    List<Started> runs = new ArrayList<>();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      ServedRun run = new ServedRun(seed, begin.getEpochSecond());
      ServiceClient client = clients.get((int) (seed % clients.size()));
      String id = client.create("seed " + seed, run.options()).path("id").asString();
      if (run.changesFold()) {
        database.foldOtherwise(id);
      }
      runs.add(new Started(id, run, client));
    }
    return runs;
  }

  private static Callable<Void> playing(Started one) {
    return () -> {
      push(one, one.run.deliveries(one.id));
      one.client.finish(one.id, "{\"result_status\":0,\"run_status\":0}".getBytes(StandardCharsets.UTF_8));
      List<ServedRun.Delivery> behindEnd = one.run.deliveriesBehindEnd(one.id);
      if (!behindEnd.isEmpty()) {
        await(one, view -> view.path("exports").path(0).path("reconciliation").isObject());
        push(one, behindEnd);
      }
      return null;
    };
  }

  private static void push(Started to, List<ServedRun.Delivery> pushes) throws IOException, InterruptedException {
    for (ServedRun.Delivery push : pushes) {
      Thread.sleep(Duration.ofMillis(Math.max(0, push.second() * 1000 - System.currentTimeMillis())));
      to.client.push(push.instance(), to.id, new Push(0, push.key(), push.payload()));
    }
  }

  private static JsonNode await(Started one, Predicate<JsonNode> state) throws InterruptedException {
    Instant giveUp = Instant.now().plus(PATIENCE);
    JsonNode run = view(one);
    while (!state.test(run)) {
      if (Instant.now().isAfter(giveUp)) { throw new AssertionError("It does not end: " + run.toPrettyString()); }
      Thread.sleep(PAUSE);
      run = view(one);
    }
    return run;
  }

  /** Nothing while the service is away. */
  private static JsonNode view(Started one) throws InterruptedException {
    try {
      return one.client.run(one.id);
    } catch (IOException away) {
      return MissingNode.getInstance();
    }
  }

  private static void deliverDelayed(Started one) {
    try {
      one.run.deliverDelayed();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
