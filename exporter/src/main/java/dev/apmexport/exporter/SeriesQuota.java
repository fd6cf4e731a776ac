package dev.apmexport.exporter;

import dev.apmexport.exporter.metric.DistinctCount;
import java.util.List;

/** How many series an export may make, and how many it would have made beyond. */
final class SeriesQuota {
  /** Refused series are counted up to here. */
  private static final int MOST_COUNTED = 100_000;

  private final int limit;
  private final DistinctCount refused = new DistinctCount(MOST_COUNTED);
  private int made;

  SeriesQuota(int limit) {
    this.limit = limit;
  }

  /** Takes room for an output's series, or takes note that there is none. The keys name series. */
  boolean take(List<Long> keys) {
    if (made + keys.size() <= limit) {
      made += keys.size();
      return true;
    }
    keys.forEach(refused::add);
    return false;
  }

  int limit() {
    return limit;
  }

  DistinctCount refused() {
    return refused;
  }
}
