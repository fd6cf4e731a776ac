package dev.apmexport.standalone.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.SortedMap;

/**
 * A real receiver of remote writes, for one test.
 *
 * @param write where it is written to
 * @param query where the product is to read it back
 * @param held reads what it holds without the product
 */
record RunningReceiver(URI write, URI query, Reader held, Runnable stop) implements AutoCloseable {
  /** Every sample as it is stored. */
  @FunctionalInterface
  interface Reader {
    SortedMap<OutputSeries, SortedMap<Long, Double>> read(String selector, Instant from, Instant to)
        throws IOException, InterruptedException;
  }

  static RunningReceiver prometheus(Path folder, Duration outOfOrder) throws IOException, InterruptedException {
    Path program = RequiresProgram.named("prometheus", LocalPrometheus.find());
    LocalPrometheus started = LocalPrometheus.start(program, folder,
        new LocalPrometheus.Settings(outOfOrder, Duration.ofMinutes(5)));
    return new RunningReceiver(started.remoteWriteUrl(), started.url(), new PrometheusReader(started.url())::read,
        started::close);
  }

  /** @param oneValue whether it keeps one value only for each time of a series */
  static RunningReceiver victoriaMetrics(Path folder, boolean oneValue) throws IOException, InterruptedException {
    Path program = RequiresProgram.named("victoria-metrics", LocalVictoriaMetrics.find());
    LocalVictoriaMetrics started = oneValue ? LocalVictoriaMetrics.start(program, folder)
        : LocalVictoriaMetrics.start(program, folder, new String[0]);
    return new RunningReceiver(started.remoteWriteUrl(), started.url().resolve("/api/v1/export"), started::read,
        started::close);
  }

  @Override
  public void close() {
    stop.run();
  }
}
