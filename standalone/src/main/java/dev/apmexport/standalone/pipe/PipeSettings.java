package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.sink.SinkConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pipe does, as the variables of {@code xk6-output-prometheus-remote} and of k6's own
 * {@code experimental-prometheus-rw} say it. Where any of the newer ones is set, their defaults hold.
 *
 * @param seconds a window's length
 * @param raw whether samples leave as they are, instead of windows
 * @param tailBytes memory for what the destination has not taken yet
 * @param drain how long the end waits for the destination
 */
record PipeSettings(SinkConfig sink, int seconds, boolean raw, EveryMetric.Tags tags, long tailBytes, Duration drain) {
  private static final String NEWER = "K6_PROMETHEUS_RW_";
  static final int MOST_SECONDS = 10;
  private static final Duration LONGEST_DRAIN = Duration.ofHours(1);

  /**
   * The settings, if there is nothing wrong with them.
   *
   * @param faults all that is wrong
   * @param notes what the user should know besides
   */
  record Outcome(@Nullable PipeSettings settings, List<String> faults, List<String> notes) {}

  /** @param mostBytes the most memory the tail may be given */
  static Outcome read(Map<String, String> environment, long mostBytes) {
    Variables variables = new Variables(environment);
    boolean newer = variables.isAnySet(NEWER);
    SinkConfig sink = new ReceiverVariables(variables, newer).read();
    boolean raw = isRaw(variables);
    int seconds = seconds(variables, newer, raw);
    EveryMetric.Tags tags = new EveryMetric.Tags(variables.flag(true, "K6_KEEP_TAGS"),
        variables.flag(newer, "K6_KEEP_NAME_TAG"));
    long tail = variables.bytes(Math.min(64L << 20, mostBytes), 1 << 20, mostBytes, "APM_PIPE_BUFFER");
    Duration drain = variables.length(Duration.ofSeconds(30), false, "APM_PIPE_DRAIN");
    if (drain.compareTo(LONGEST_DRAIN) > 0) {
      variables.fault("APM_PIPE_DRAIN must be at most 1h, got " + drain.toSeconds() + "s.");
    }
    variables.noteUnknown("K6_PROMETHEUS_", variables.asked());
    variables.noteUnknown("K6_KEEP_", variables.asked());
    variables.noteUnknown("APM_PIPE_", variables.asked());
    PipeSettings settings = sink == null || !variables.faults().isEmpty() ? null
        : new PipeSettings(sink, seconds, raw, tags, tail, drain);
    return new Outcome(settings, variables.faults(), variables.notes());
  }

  private static boolean isRaw(Variables variables) {
    String mapping = variables.text("K6_PROMETHEUS_MAPPING");
    if (mapping == null || mapping.equals("prometheus")) { return false; }
    if (!mapping.equals("raw")) {
      variables.fault("K6_PROMETHEUS_MAPPING must be prometheus or raw, got \"" + mapping + "\".");
    }
    return true;
  }

  private static int seconds(Variables variables, boolean newer, boolean raw) {
    String[] names = {"K6_PROMETHEUS_FLUSH_PERIOD", NEWER + "PUSH_INTERVAL"};
    Duration asked = variables.length(Duration.ofSeconds(newer ? 5 : 1), true, names);
    long rounded = Math.clamp(asked.plusMillis(500).toSeconds(), 1, MOST_SECONDS);
    if (asked.toMillis() != rounded * 1_000 && !raw) {
      variables.note(variables.nameOf(names) + "=" + variables.text(names) + " becomes " + rounded
          + "s: a window is a whole number of seconds from 1 to " + MOST_SECONDS + ".");
    }
    return (int) rounded;
  }
}
