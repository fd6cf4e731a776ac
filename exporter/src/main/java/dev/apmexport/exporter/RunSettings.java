package dev.apmexport.exporter;

import dev.apmexport.exporter.source.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a run's exports go by, fixed when the run is created. Together with the log it decides every point.
 *
 * @param testRunId the value of the label {@code test_run_id}
 * @param aggregationPeriod seconds per bucket that k6 was asked for; each push says what it really holds
 * @param inputSeriesLimit the most input series of the run
 * @param outputSeriesLimit the most series one export may make
 * @param foldVersion which rules of folding the run was started with; see {@link #FOLD_VERSION}
 * @param generators how many load generators the run has; null if nobody said
 */
public record RunSettings(String testRunId, int aggregationPeriod, int inputSeriesLimit, int outputSeriesLimit,
    int foldVersion, @Nullable Integer generators) {
  /** Goes up whenever the same log would give other points or steps than before. */
  public static final int FOLD_VERSION = 4;
  public static final int DEFAULT_INPUT_SERIES = 100_000;
  public static final int DEFAULT_OUTPUT_SERIES = 10_000;

  private static final int PUSH_INTERVAL = 1;
  private static final int LEAST_LATENESS = 2;
  private static final int SLACK = 5;
  /** k6's remote write pushes every 5 s unless told otherwise; this bears one push lost of one every 10 s. */
  private static final int REMOTE_WRITE_SILENCE = 25;

  /** Where nobody said how many load generators there are. */
  public RunSettings(String testRunId, int aggregationPeriod, int inputSeriesLimit, int outputSeriesLimit,
      int foldVersion) {
    this(testRunId, aggregationPeriod, inputSeriesLimit, outputSeriesLimit, foldVersion, null);
  }

  /** How long k6 is asked to wait before it sends a bucket, in seconds; it must exceed the period. */
  public int waitPeriod() {
    return aggregationPeriod + 1;
  }

  /** How many load generators the run has; 0 if nobody said. */
  int expectedGenerators() {
    return generators == null ? 0 : generators;
  }

  /** Seconds a bucket may come after a later one without being late; {@code period} is the pushes' own. */
  public int lateness(int period) {
    return Math.max(LEAST_LATENESS, period);
  }

  /** The same by what the run's first push was: k6's remote write pushes seldom. */
  public int silence(LogRecord.Kind kind) {
    return kind == LogRecord.Kind.REMOTE_WRITE ? Math.max(silence(), REMOTE_WRITE_SILENCE) : silence();
  }

  /** Seconds without a push after which a load generator is not waited for. */
  public int silence() {
    return waitPeriod() + aggregationPeriod + PUSH_INTERVAL + SLACK;
  }
}
