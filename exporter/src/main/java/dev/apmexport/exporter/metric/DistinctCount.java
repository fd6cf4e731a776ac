package dev.apmexport.exporter.metric;

import java.util.HashSet;
import java.util.Set;

/**
 * How many different things there were, up to a bound that keeps the memory small. Things are told apart by their
 * hashes, which hardly ever makes it one too few.
 */
public final class DistinctCount {
  private final int most;
  private final Set<Long> hashes = new HashSet<>();

  /** @param most counted; what comes beyond is not */
  public DistinctCount(int most) {
    this.most = most;
  }

  public void add(long hash) {
    if (hashes.size() < most) {
      hashes.add(hash);
    }
  }

  public int count() {
    return hashes.size();
  }

  /** The number, said to be the least possible one where the bound is reached. */
  @Override
  public String toString() {
    return (hashes.size() == most ? "at least " : "") + hashes.size();
  }
}
