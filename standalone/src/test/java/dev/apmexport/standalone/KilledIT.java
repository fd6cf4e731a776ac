package dev.apmexport.standalone;

import dev.apmexport.standalone.demo.ReplayedRun;
import dev.apmexport.standalone.demo.ServiceClient;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The service dies without a warning and starts again: the Prometheus holds what it would hold anyway. */
class KilledIT extends WithPrometheus {
  private static final double SPEED = 20;

  @Test
  void nothing_is_lost_or_doubled_by_a_kill_in_the_middle_of_the_run() throws Exception {
    try (ServiceClient client = service.client(); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ExportedRun exported = ExportedRun.create(client, prometheus);
      ReplayedRun run = exported.run();
      int half = run.pushCount() / 2;
      run.play(0, half, SPEED, KilledIT::ignore);
      service.kill();
      Future<?> second = threads.submit(() -> {
        run.play(half, run.pushCount(), SPEED, KilledIT::ignore);
        return null;
      });
      service.start();
      second.get(5, TimeUnit.MINUTES);
      run.finish();
      exported.assertExact();
    }
  }

  @Test
  void a_kill_before_the_second_pass_is_through_only_delays_it() throws Exception {
    try (ServiceClient client = service.client()) {
      ExportedRun exported = ExportedRun.create(client, prometheus);
      exported.run().play(SPEED, KilledIT::ignore);
      service.kill();
      service.start();
      exported.assertExact();
    }
  }

  private static void ignore(double progress) {}
}
