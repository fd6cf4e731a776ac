package dev.apmexport.standalone.pipe;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./run pipe} as a process, and what a real k6 wrote to feed it with. */
@Timeout(600)
abstract class WithPipe {
  static final Duration PATIENCE = Duration.ofMinutes(2);
  static final String URL = "K6_PROMETHEUS_REMOTE_URL";

  @TempDir
  Path folder;
  final K6Lines k6 = new K6Lines();

  /** Runs it from its start to its end. */
  PipeProcess.Ended run(Map<String, String> settings, byte[] input, String... flags) throws Exception {
    try (var pipe = new PipeProcess(folder, settings, flags)) {
      try {
        pipe.write(input);
      } catch (IOException gone) {
        // It may have ended before it had read all.
      }
      return pipe.end();
    }
  }

  /** The line by which k6 declares a metric that counts. */
  static String counter(String metric) {
    return "{\"type\":\"Metric\",\"data\":{\"name\":\"" + metric + "\",\"type\":\"counter\",\"contains\":\"default\"},"
        + "\"metric\":\"" + metric + "\"}";
  }

  /** A sample of 1 without tags. */
  static String sample(String metric, long second) {
    return "{\"metric\":\"" + metric + "\",\"type\":\"Point\",\"data\":{\"time\":\"" + Instant.ofEpochSecond(second)
        + "\",\"value\":1,\"tags\":{}}}";
  }
}
