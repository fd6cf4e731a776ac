package dev.apmexport.exporter;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How many series an export may make, and how many it would have made beyond. */
final class SeriesQuota {
  /** Refused series are counted up to here. */
  static final int MOST_COUNTED = 100_000;

  private final int limit;
  private final Set<Long> refused = new HashSet<>();
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
    for (Long key : keys) {
      if (refused.size() < MOST_COUNTED) {
        refused.add(key);
      }
    }
    return false;
  }

  int limit() {
    return limit;
  }

  /** How many series were refused, up to {@link #MOST_COUNTED}. */
  int refused() {
    return refused.size();
  }
}
