package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.source.InMemoryMetricLog;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A run's log, and the samples in it. */
final class SimulatedLog {
  private static final Duration KEY = Duration.ofHours(24);
  private static final Duration BYTES = Duration.ofMinutes(5);

  private final InMemoryMetricLog log;
  private final List<Sample> samples = new ArrayList<>();
  private final Map<Sample, Long> late = new IdentityHashMap<>();
  private final int period;
  private boolean finished;

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
      push.push().samples().forEach(sample -> add(copy(sample), push));
    }
  }

  /** One that can be told from the same in another push. */
  private static Sample copy(Sample sample) {
    return new Sample(sample.generator(), sample.type(), sample.metric(), sample.labels(), sample.bucket(),
        sample.values());
  }

  private void add(Sample sample, Scenario.LogPush push) {
    samples.add(sample);
    if (finished || push.isLate(sample, period)) {
      late.put(sample, finished ? Long.MAX_VALUE : push.second());
    }
  }

  void finish() {
    finished = true;
    log.finish();
  }

  InMemoryRunFeed feed() {
    return log.feed();
  }

  /** What the log holds, once for every time that it holds it. */
  List<Sample> samples() {
    return List.copyOf(samples);
  }

  /** Those of them that came when they were not waited for any more, with the second in which they did. */
  Map<Sample, Long> late() {
    return late;
  }
}
