package dev.apmexport.standalone;

import dev.apmexport.standalone.demo.LocalPrometheus;
import dev.apmexport.standalone.demo.RequiresProgram;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process of its own, and a Prometheus beside it, for all tests of a class. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class WithPrometheus {
  ServiceProcess service;
  LocalPrometheus prometheus;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Path program = RequiresProgram.named("prometheus", LocalPrometheus.find());
    var settings = new LocalPrometheus.Settings(Duration.ZERO, Duration.ofMillis(500));
    prometheus = LocalPrometheus.start(program, folder.resolve("prometheus"), settings);
    service = new ServiceProcess(folder, "--apm.bootstrap-token=" + ServiceProcess.TOKEN).start();
  }

  @AfterAll
  void stop() throws Exception {
    if (service != null) {
      service.close();
    }
    if (prometheus != null) {
      prometheus.close();
    }
  }
}
