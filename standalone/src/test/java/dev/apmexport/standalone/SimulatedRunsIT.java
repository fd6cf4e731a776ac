package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.simulation.ServedRun;
import dev.apmexport.standalone.demo.Push;
import dev.apmexport.standalone.demo.ServiceClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Simulated runs through the whole service in real time, all at once, with receivers of every kind and all that goes
 * wrong on the way to them, and a service that stands still for a while and later is killed. They are judged when the
 * service has made its last correction, which waits for late pushes.
 */
@Timeout(900)
class SimulatedRunsIT {
  private static final int RUNS = 20;
  private static final Duration UNTIL_STANDSTILL = Duration.ofSeconds(8);
  /** Longer than a worker may stand still without losing its work. */
  private static final Duration STANDSTILL = Duration.ofSeconds(12);
  private static final Duration UNTIL_KILL = Duration.ofSeconds(8);
  private static final Duration PATIENCE = Duration.ofMinutes(8);
  private static final Duration PAUSE = Duration.ofMillis(500);

  @TempDir
  private static Path folder;

  /** A run that the service knows. */
  private record Started(String id, ServedRun run) {}

  @Test
  void twenty_runs_come_to_what_is_right_or_say_where_they_do_not() throws Exception {
    List<String> faults = new ArrayList<>();
    try (var service = new ServiceProcess(folder, "--apm.bootstrap-token=" + ServiceProcess.TOKEN).start();
        ServiceClient client = service.client();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor()) {
      List<Started> runs = start(client);
      ticker.scheduleWithFixedDelay(() -> runs.forEach(SimulatedRunsIT::deliverDelayed), 1, 1, TimeUnit.SECONDS);
      List<Future<JsonNode>> ends = runs.stream().map(one -> threads.submit(playing(client, one))).toList();
      standStill(service.pid());
      Thread.sleep(UNTIL_KILL);
      service.kill();
      service.start();
      for (int i = 0; i < RUNS; i++) {
        JsonNode export = ends.get(i).get().path("exports").path(0);
        System.out.println(runs.get(i).run.told(export));
        faults.addAll(runs.get(i).run.faults(runs.get(i).id, export));
      }
      ticker.shutdownNow();
      for (Started one : runs) {
        one.run.close();
      }
    }
    assertThat(faults).isEmpty();
  }

  private static void standStill(long pid) throws IOException, InterruptedException {
    Thread.sleep(UNTIL_STANDSTILL);
    signal("STOP", pid);
    Thread.sleep(STANDSTILL);
    signal("CONT", pid);
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    assertThat(exitCode).as("kill -%s", name).isZero();
  }

  private static List<Started> start(ServiceClient client) throws IOException, InterruptedException {
    List<Started> runs = new ArrayList<>();
    long first = Math.ceilDiv(Instant.now().getEpochSecond() + 2, 6L) * 6;
    for (int seed = 1; seed <= RUNS; seed++) {
      ServedRun run = new ServedRun(seed, first);
      runs.add(new Started(client.create("seed " + seed, run.options()).path("id").asString(), run));
    }
    return runs;
  }

  private static Callable<JsonNode> playing(ServiceClient client, Started one) {
    return () -> {
      for (ServedRun.Delivery push : one.run.deliveries(one.id)) {
        Thread.sleep(Duration.ofMillis(Math.max(0, push.second() * 1000 - System.currentTimeMillis())));
        client.push(push.instance(), one.id, new Push(0, push.key(), push.payload()));
      }
      client.finish(one.id, "{\"result_status\":0,\"run_status\":0}".getBytes(StandardCharsets.UTF_8));
      return awaitEnd(client, one.id);
    };
  }

  private static JsonNode awaitEnd(ServiceClient client, String id) throws InterruptedException {
    Instant giveUp = Instant.now().plus(PATIENCE);
    JsonNode run = view(client, id);
    while (!run.path("state").asString("").equals("finished")) {
      if (Instant.now().isAfter(giveUp)) { throw new AssertionError("It does not end: " + run.toPrettyString()); }
      Thread.sleep(PAUSE);
      run = view(client, id);
    }
    return run;
  }

  /** Nothing while the service is away. */
  private static JsonNode view(ServiceClient client, String id) throws InterruptedException {
    try {
      return client.run(id);
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
