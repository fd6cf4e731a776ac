package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.standalone.demo.LocalPrometheus;
import dev.apmexport.standalone.demo.RequiresProgram;
import dev.apmexport.standalone.demo.ServiceClient;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A push that comes after the end of its run: it is counted, and the run comes to its end all the same. */
class LateIT {
  private static final double SPEED = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir
  private static Path folder;
  private static ServiceProcess service;
  private static LocalPrometheus prometheus;

  @BeforeAll
  static void start() throws Exception {
    Path program = RequiresProgram.named("prometheus", LocalPrometheus.find());
    var settings = new LocalPrometheus.Settings(Duration.ZERO, Duration.ofMillis(500));
    prometheus = LocalPrometheus.start(program, folder.resolve("prometheus"), settings);
    service = new ServiceProcess(folder, "--apm.bootstrap-token=" + ServiceProcess.TOKEN).start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (service != null) {
      service.close();
    }
    if (prometheus != null) {
      prometheus.close();
    }
  }

  @Test
  void a_push_right_behind_the_finish_does_not_keep_the_run_from_ending() throws Exception {
    try (ServiceClient client = service.client()) {
      ExportedRun exported = ExportedRun.create(client, prometheus);
      int last = exported.run().pushCount() - 1;
      exported.run().play(0, last, SPEED, LateIT::ignore);
      exported.run().finish();
      exported.run().play(last, last + 1, SPEED, LateIT::ignore);

      exported.assertTotals(exported.run().awaitEnd(PATIENCE));
    }
  }

  @Test
  void a_push_after_the_second_pass_makes_another_one() throws Exception {
    try (ServiceClient client = service.client()) {
      ExportedRun exported = ExportedRun.create(client, prometheus);
      int last = exported.run().pushCount() - 1;
      exported.run().play(0, last, SPEED, LateIT::ignore);
      exported.run().finish();
      assertThat(revision(exported.run().awaitEnd(PATIENCE))).isOne();
      exported.run().play(last, last + 1, SPEED, LateIT::ignore);

      exported.assertTotals(exported.awaitRevision(2, PATIENCE));
    }
  }

  private static int revision(JsonNode run) {
    return run.path("exports").path(0).path("reconciliation").path("revision").asInt();
  }

  private static void ignore(double progress) {}
}
