package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.reconcile.ReadBackResult.Difference;
import dev.apmexport.exporter.reconcile.Stretch;
import dev.apmexport.exporter.sink.ReadBack;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Asks a destination again for what is not as it should be, until it must show. The waits are those of VictoriaMetrics:
 * what was just written is found after some seconds, and its queries hide what is half a minute young.
 */
final class PatientReading {
  private static final Duration FOUND_AFTER = Duration.ofSeconds(10);
  private static final Duration SHOWN_AT_AGE = Duration.ofSeconds(40);
  private static final int ATTEMPTS = 5;

  private final ReadBack destination;
  private final Timeline time;
  private final Instant foundFrom;

  /** To be made when everything is sent. */
  PatientReading(ReadBack destination, Timeline time) {
    this.destination = destination;
    this.time = time;
    this.foundFrom = time.instant().plus(FOUND_AFTER);
  }

  /** What is not as it should be from one time to another, both included. */
  List<Difference> differences(Stretch stretch, long from, long to) throws InterruptedException, ReadBack.Failed {
    for (Duration pause = Duration.ofSeconds(1);; pause = pause.multipliedBy(2)) {
      read(stretch, from, to);
      List<Difference> differences = stretch.differences();
      if (differences.isEmpty()) { return differences; }
      Instant shown = Instant.ofEpochMilli(differences.getLast().atMillis()).plus(SHOWN_AT_AGE);
      Duration left = Duration.between(time.instant(), shown.isAfter(foundFrom) ? shown : foundFrom);
      if (!left.isPositive()) { return differences; }
      time.sleep(left.compareTo(pause) < 0 ? left : pause);
    }
  }

  private void read(Stretch stretch, long from, long to) throws InterruptedException, ReadBack.Failed {
    for (int attempt = 1;; attempt++) {
      stretch.forget();
      try {
        destination.read(stretch.names(), stretch.commonLabels(), from, to, stretch::found);
        return;
      } catch (ReadBack.Failed e) {
        if (!e.isPassing() || attempt == ATTEMPTS) { throw e; }
      }
      time.sleep(Duration.ofSeconds(1L << attempt));
    }
  }
}
