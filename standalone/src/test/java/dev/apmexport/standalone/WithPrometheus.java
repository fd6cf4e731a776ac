package dev.apmexport.standalone;

import dev.apmexport.standalone.demo.LocalPrometheus;
import dev.apmexport.standalone.demo.RequiresProgram;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process of its own, and a Prometheus beside it, for all tests of a class. */
abstract class WithPrometheus {
  @TempDir
  private static Path folder;
  static ServiceProcess service;
  static LocalPrometheus prometheus;

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
}
