package dev.apmexport.exporter.source;

import java.util.Arrays;

/**
 * One record of a run's metric log.
 *
 * @param seq 1, 2, 3 … without a gap, in the order of commit
 * @param receivedAtMillis the database's clock at the append; never goes back within a run
 * @param instance the load generator that sent it; empty where there is only one
 * @param firstBucket start of the earliest bucket in it, seconds since the epoch; {@link Long#MAX_VALUE} without
 *   samples
 * @param lastBucket start of the latest bucket in it; {@link Long#MIN_VALUE} without samples
 * @param payload the push as it came, a snappy block; for FINISH the JSON that closed the run
 */
public record LogRecord(long seq, long receivedAtMillis, Kind kind, String instance, long firstBucket, long lastBucket,
    byte[] payload) {

  /** What a record holds. Numbers are stored: never change one. */
  public enum Kind {
    METRIC_SET(1), JSON_LINES(2), FINISH(3), REMOTE_WRITE(4);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }

    public static Kind numbered(int number) {
      return Arrays.stream(values()).filter(kind -> kind.number == number).findFirst()
          .orElseThrow(
              () -> new IllegalStateException("The metric log holds a record of unknown kind " + number + "."));
    }
  }
}
