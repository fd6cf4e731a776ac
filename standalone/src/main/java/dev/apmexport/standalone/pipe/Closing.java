package dev.apmexport.standalone.pipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What the pipe says at its end, and the exit code that says the same to a script. */
record Closing(PipeSettings settings, SampleTally tally, K6Output output, EveryMetric route, Outflow outflow,
    RefusalNotes refusals, int endMarks) {

  /** 0 where everything k6 wrote was sent and taken, 1 otherwise; nothing at all is not everything. */
  int exitCode() {
    Outflow.Points points = outflow.points();
    boolean lost = points.refused() + points.notSent() + tally.unused() + output.broken() > 0;
    return lost || output.lines() == 0 ? 1 : 0;
  }

  /** Sentences for stderr, the most important one last. */
  List<String> lines() {
    List<String> lines = new ArrayList<>(samples());
    if (tally.withoutRoom() > 0) {
      lines.add(number(tally.withoutRoom()) + " samples were left out with their series; the next line says why.");
    }
    lines.addAll(route.notes());
    if (outflow.dropped() > 0) {
      lines.add(number(outflow.dropped()) + " points were dropped unsent, the oldest first, since the destination took "
          + "them too slowly and " + (settings.tailBytes() >> 20) + " MiB of them waited already (APM_PIPE_BUFFER).");
    }
    lines.add(result());
    return lines;
  }

  private List<String> samples() {
    List<String> lines = new ArrayList<>();
    if (output.lines() == 0) {
      lines.add("No sample of k6 has come. Run k6 run -o json=- script.js | ./run pipe, and look above whether k6 "
          + "could start.");
    }
    if (output.broken() > 0) {
      lines.add(number(output.broken()) + " lines begin like k6's samples and cannot be read; they were left out. The "
          + "first: " + output.firstBroken());
    }
    tally.refused().forEach((reason, count) -> lines.add(number(count) + " samples were left out: " + reason.sentence()
        + "."));
    if (tally.late() > 0) {
      lines.add(number(tally.late()) + " samples came after their window had left; totals hold them, the other values "
          + "of those windows do not.");
    }
    if (tally.tooLateOnes() > 0) {
      lines.add(number(tally.tooLateOnes()) + " samples were left out, since later ones had left before they came.");
    }
    if (tally.merged() > 0) {
      lines.add(number(tally.merged()) + " samples share series and millisecond with an earlier one and became one "
          + "point with it, since a receiver holds one: counters add up, of a gauge the last stands, of a trend the "
          + "largest, of a rate the share that is not 0.");
    }
    return lines;
  }

  private String result() {
    Outflow.Points points = outflow.points();
    String words = Objects.requireNonNullElse(outflow.lastError(), "there was no more time");
    return "Sent " + number(points.sent()) + " points of " + number(route.made()) + " series to "
        + settings.sink().destination() + (endMarks > 0 ? " (" + number(endMarks) + " stale markers included)" : "")
        + "; " + number(points.refused()) + " refused" + (points.refused() > 0 ? " (" + refusals.reasons() + ")" : "")
        + "; " + number(points.notSent()) + " not sent" + (points.notSent() > 0 ? " (" + words + ")" : "")
        + ". accuracy: live only";
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
