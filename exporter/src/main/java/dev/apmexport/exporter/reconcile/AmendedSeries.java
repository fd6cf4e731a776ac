package dev.apmexport.exporter.reconcile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What passes that amend have done to one series, about 16 bytes a point: after an outage a pass may have sent all there
 * is. Each pass goes mostly forward in time, so they are kept as runs of rising times, the later runs being newer.
 */
final class AmendedSeries {
  private final List<Run> runs = new ArrayList<>(1);
  private long newest = Long.MIN_VALUE;

  /** A value, and the revision of the pass that has set it. */
  record Amended(double value, int revision) {}

  private static final class Run {
    private final int pass;
    private final BitSet held = new BitSet();
    private long[] times = new long[4];
    private double[] values = new double[4];
    private int size;

    Run(int pass) {
      this.pass = pass;
    }

    boolean takes(int nextPass, long atMillis) {
      return pass == nextPass && atMillis > times[size - 1];
    }

    void add(long atMillis, double value, boolean holds) {
      if (size == times.length) {
        times = Arrays.copyOf(times, size + size / 2);
        values = Arrays.copyOf(values, times.length);
      }
      times[size] = atMillis;
      values[size] = value;
      held.set(size++, holds);
    }

    /** Negative where there is none. */
    int find(long atMillis) {
      return Arrays.binarySearch(times, 0, size, atMillis);
    }

    int firstAfter(long millis) {
      int i = find(millis);
      return i < 0 ? -i - 1 : i + 1;
    }
  }

  /** @param holds whether the destination is known to have this value; else it may */
  void tried(long atMillis, double value, int pass, boolean holds) {
    if (runs.isEmpty() || !runs.getLast().takes(pass, atMillis)) {
      runs.add(new Run(pass));
    }
    runs.getLast().add(atMillis, value, holds);
    newest = holds ? Math.max(newest, atMillis) : newest;
  }

  /** What was set at this time last. */
  @Nullable
  Amended at(long atMillis) {
    for (Run run : runs.reversed()) {
      int i = run.find(atMillis);
      if (i >= 0 && run.held.get(i)) { return new Amended(run.values[i], run.pass); }
    }
    return null;
  }

  /** Hands out the times after the one and before the other at which something was set; some may come more than once. */
  void between(long after, long before, LongConsumer out) {
    for (Run run : runs) {
      for (int i = run.firstAfter(after); i < run.size && run.times[i] < before; i++) {
        if (run.held.get(i)) {
          out.accept(run.times[i]);
        }
      }
    }
  }

  /** The latest time at which something was set; {@link Long#MIN_VALUE} if there is none. */
  long newest() {
    return newest;
  }

  /** How many other values than this were tried at this time. */
  long otherValues(long atMillis, double value) {
    TreeSet<Double> others = new TreeSet<>();
    for (Run run : runs) {
      int i = run.find(atMillis);
      if (i >= 0 && !Reconciliation.same(run.values[i], value)) {
        others.add(run.values[i]);
      }
    }
    return others.size();
  }
}
