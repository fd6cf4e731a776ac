package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.source.InMemoryMetricLog;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** A run's log, and the samples in it. */
final class SimulatedLog {
  private static final Duration KEY = Duration.ofHours(24);
  private static final Duration BYTES = Duration.ofMinutes(5);

  private final InMemoryMetricLog log;
  private final List<Sample> samples = new ArrayList<>();
  private final int period;

  SimulatedLog(InstantSource clock, int period) {
    this.log = new InMemoryMetricLog(clock);
    this.period = period;
  }

  /** A push without a key is known by its bytes, and not for as long. */
  void append(Scenario.LogPush push) {
    byte[] payload = push.push().payload(period);
    boolean keyed = !push.key().isEmpty();
    long head = feed().head();
    log.append(keyed ? push.key() : new String(payload, StandardCharsets.ISO_8859_1), keyed ? KEY : BYTES,
        "load-" + push.push().generator(), payload);
    if (feed().head() > head) {
      samples.addAll(push.push().samples());
    }
  }

  void finish() {
    log.finish();
  }

  InMemoryRunFeed feed() {
    return log.feed();
  }

  /** What the log holds, once for every time that it holds it. */
  List<Sample> samples() {
    return List.copyOf(samples);
  }
}
