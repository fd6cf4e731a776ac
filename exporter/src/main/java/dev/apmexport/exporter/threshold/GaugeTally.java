package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.BuiltIn;
import java.util.HashMap;
import java.util.Map;

/**
 * A gauge: its last value. Of several values in the last bucket the wire does not say which was the last. The load
 * generators' {@code vus} and {@code vus_max} add up, each of them until it is silent, as in what is exported.
 */
final class GaugeTally extends Tally {
  private static final String ALL = "";

  /** The values of the latest bucket, which ends at {@code end}. */
  private record Latest(long bucket, long end, double least, double most) {
    Latest and(Latest other) {
      if (bucket != other.bucket) { return bucket > other.bucket ? this : other; }
      return new Latest(bucket, Math.max(end, other.end), Math.min(least, other.least), Math.max(most, other.most));
    }
  }

  private final boolean sums;
  private final int silence;
  private final Map<String, Latest> latest = new HashMap<>();

  /** @param silence seconds after which a load generator that tells nothing does not count any more */
  GaugeTally(String metric, int silence) {
    this.sums = BuiltIn.addsUpOverInstances(metric);
    this.silence = silence;
  }

  void add(String generator, long bucket, int period, double value) {
    latest.merge(sums ? generator : ALL, new Latest(bucket, bucket + period, value, value), Latest::and);
  }

  @Override
  Measured measured(ThresholdExpression demand, RunDuration duration) {
    long newest = latest.values().stream().mapToLong(Latest::bucket).max().orElseThrow();
    double least = 0;
    double most = 0;
    for (Latest one : latest.values()) {
      if (one.bucket == newest || duration.end() - one.end <= silence) {
        least += one.least;
        most += one.most;
      }
    }
    return new Measured(least, most, most);
  }
}
