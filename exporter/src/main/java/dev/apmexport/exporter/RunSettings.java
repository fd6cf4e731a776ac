package dev.apmexport.exporter;

/**
 * What a run's exports go by, fixed when the run is created. Together with the log it decides every point.
 *
 * @param testRunId the value of the label {@code test_run_id}
 * @param aggregationPeriod seconds per bucket that k6 was asked for; each push says what it really holds
 * @param inputSeriesLimit the most input series of the run
 * @param outputSeriesLimit the most series one export may make
 * @param foldVersion which rules of folding the run was started with; see {@link #FOLD_VERSION}
 */
public record RunSettings(String testRunId, int aggregationPeriod, int inputSeriesLimit, int outputSeriesLimit,
    int foldVersion) {
  /** Goes up whenever the same log would give other points or steps than before. */
  public static final int FOLD_VERSION = 3;
  public static final int DEFAULT_INPUT_SERIES = 100_000;
  public static final int DEFAULT_OUTPUT_SERIES = 10_000;

  private static final int PUSH_INTERVAL = 1;
  private static final int LEAST_LATENESS = 2;
  private static final int SLACK = 5;

  /** How long k6 is asked to wait before it sends a bucket, in seconds; it must exceed the period. */
  public int waitPeriod() {
    return aggregationPeriod + 1;
  }

  /** Seconds a bucket may come after a later one without being late; {@code period} is the pushes' own. */
  int lateness(int period) {
    return Math.max(LEAST_LATENESS, period);
  }

  /** Seconds without a push after which a load generator is not waited for. */
  int silence() {
    return waitPeriod() + aggregationPeriod + PUSH_INTERVAL + SLACK;
  }
}
