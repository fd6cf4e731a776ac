package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.delivery.Timeline;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells, while the pipe runs, what is wrong with the destination, but not all the time; on a terminal also how far it is. */
final class Watch implements Runnable {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration SAME_AGAIN = Duration.ofSeconds(30);
  private static final Duration BETWEEN = Duration.ofSeconds(5);

  private final Outflow outflow;
  private final Timeline time;
  private final PrintStream err;
  private final boolean progress;
  private @Nullable String said;
  private Instant saidAt = Instant.MIN;
  private Instant progressAt;
  private long sent;
  private boolean failing;

  /** @param progress whether to tell how far it is */
  Watch(Outflow outflow, Timeline time, PrintStream err, boolean progress) {
    this.outflow = outflow;
    this.time = time;
    this.err = err;
    this.progress = progress;
    this.progressAt = time.instant();
  }

  @Override
  public void run() {
    try {
      while (true) {
        time.sleep(LOOK);
        look();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says what is to be said now. */
  void look() {
    Outflow.Points points = outflow.points();
    String error = outflow.lastError();
    boolean refused = error != null && outflow.isRefusal(error);
    boolean stuck = !refused && points.sent() == sent && outflow.waiting() > 0;
    if (error != null && (!error.equals(said) || stuck)) {
      tellFailure(error, refused, stuck);
    } else if (failing && !stuck && points.sent() > sent) {
      failing = false;
      err.println("The destination takes points again.");
    }
    sent = points.sent();
    if (progress && !time.instant().isBefore(progressAt.plus(BETWEEN))) {
      progressAt = time.instant();
      err.println(number(points.sent()) + " points sent, " + number(outflow.waiting()) + " wait.");
    }
  }

  private void tellFailure(String error, boolean refused, boolean stuck) {
    Duration pause = error.equals(said) && failing ? SAME_AGAIN : BETWEEN;
    if (saidAt.equals(Instant.MIN) || !time.instant().isBefore(saidAt.plus(pause))) {
      err.println("The destination says: " + error
          + (refused ? ". What it refuses is left out." : stuck ? ". " + waiting() : ""));
      said = error;
      saidAt = time.instant();
      failing = stuck;
    }
  }

  private String waiting() {
    return (outflow.isPaused() ? "Nothing is taken until that is mended; it is asked again every 30 s. "
        : "It is tried again. ") + number(outflow.waiting()) + " points wait"
        + (outflow.dropped() > 0 ? ", " + number(outflow.dropped()) + " were dropped." : ".");
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
