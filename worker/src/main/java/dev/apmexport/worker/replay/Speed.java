package dev.apmexport.worker.replay;

import dev.apmexport.store.replay.ReplayProgress;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** How fast a replay goes, judged by its last ten seconds. */
final class Speed {
  private static final long WINDOW_MILLIS = 10_000;

  private final Deque<Reading> readings = new ArrayDeque<>();

  /**
   * Where the counters of a pass stood.
   *
   * @param steps in all; 0 while that is not known
   */
  record Reading(long atMillis, long steps, long stepsDone, long sent, long refused, @Nullable String lastError) {}

  /** What is to be told by the counters as they stand now and have stood before. */
  ReplayProgress progress(Reading now) {
    while (readings.size() > 1 && now.atMillis - readings.getFirst().atMillis > WINDOW_MILLIS) {
      readings.removeFirst();
    }
    Reading first = readings.isEmpty() ? now : readings.getFirst();
    readings.addLast(now);
    double seconds = (now.atMillis - first.atMillis) / 1_000.0;
    double points = seconds <= 0 ? 0 : (now.sent + now.refused - first.sent - first.refused) / seconds;
    double steps = seconds <= 0 ? 0 : (now.stepsDone - first.stepsDone) / seconds;
    return new ReplayProgress(now.steps, now.stepsDone, now.sent, now.refused, Math.round(points * 10) / 10.0,
        left(now, steps), now.lastError);
  }

  private static @Nullable Long left(Reading now, double stepsPerSecond) {
    return now.steps == 0 || stepsPerSecond <= 0 ? null
        : (long) Math.ceil(Math.max(0, now.steps - now.stepsDone) / stepsPerSecond);
  }
}
