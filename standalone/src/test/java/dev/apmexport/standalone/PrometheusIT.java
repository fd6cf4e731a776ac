package dev.apmexport.standalone;

import dev.apmexport.standalone.demo.LocalPrometheus;
import dev.apmexport.standalone.demo.RequiresProgram;
import dev.apmexport.standalone.demo.ServiceClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real k6 run, through the whole service, to a real Prometheus: every point of every series, and none besides. */
class PrometheusIT {
  private static final double SPEED = 20;
  private static final Duration LOOKBACK = Duration.ofMillis(500);

  @TempDir
  private static Path folder;
  private static Path program;
  private static ServiceProcess service;

  @BeforeAll
  static void startService() throws Exception {
    program = RequiresProgram.named("prometheus", LocalPrometheus.find());
    service = new ServiceProcess(folder, "--apm.bootstrap-token=" + ServiceProcess.TOKEN).start();
  }

  @AfterAll
  static void stopService() throws Exception {
    if (service != null) {
      service.close();
    }
  }

  @ParameterizedTest(name = "out_of_order_time_window of {0} h")
  @ValueSource(ints = {0, 2})
  void t17_end_to_end_prometheus_holds_every_point_with_its_value_and_no_other(int outOfOrderHours) throws Exception {
    var settings = new LocalPrometheus.Settings(Duration.ofHours(outOfOrderHours), LOOKBACK);
    try (var prometheus = LocalPrometheus.start(program, folder.resolve("prometheus-" + outOfOrderHours), settings);
        ServiceClient client = service.client()) {
      ExportedRun exported = ExportedRun.create(client, prometheus);
      exported.run().play(SPEED, _ -> {});
      exported.assertExact();
    }
  }

  @Test
  void a_push_that_is_delivered_several_times_counts_once() throws Exception {
    var settings = new LocalPrometheus.Settings(Duration.ZERO, LOOKBACK);
    try (var prometheus = LocalPrometheus.start(program, folder.resolve("prometheus-again"), settings);
        ServiceClient client = service.client();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ExportedRun exported = ExportedRun.create(client, prometheus);
      int count = exported.run().pushCount();
      for (int i = 0; i < count; i++) {
        int from = i;
        Callable<Void> push = () -> {
          exported.run().play(from, from + 1, SPEED, _ -> {});
          return null;
        };
        for (Future<Void> one : threads.invokeAll(List.of(push, push, push))) {
          one.get();
        }
      }
      exported.run().finish();
      exported.run().finish();
      exported.assertExact();
    }
  }
}
