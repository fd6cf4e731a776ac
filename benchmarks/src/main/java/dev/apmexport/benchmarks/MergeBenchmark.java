package dev.apmexport.benchmarks;

import dev.apmexport.exporter.metric.Histogram;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Merges the 1 s buckets of a trend into windows of 3 s. */
public class MergeBenchmark extends ShortRun {
  private static final int WINDOWS = 256;
  private static final int BUCKETS = 3;
  /** An hour in microseconds: of a fixed range HdrHistogram adds its arrays, which is the fastest it can. */
  private static final long MOST = 3_600_000_000L;
  private static final int DIGITS = 2;

  /** How many values a bucket was filled with. */
  @Param({"10", "1000"})
  public int values = 10;

  private final Histogram[][] ours = new Histogram[WINDOWS][BUCKETS];
  private final org.HdrHistogram.Histogram[][] hdr = new org.HdrHistogram.Histogram[WINDOWS][BUCKETS];
  private final org.HdrHistogram.Histogram hdrWindow = new org.HdrHistogram.Histogram(MOST, DIGITS);
  private final long[][][] compact = new long[WINDOWS][BUCKETS][];
  private final long[][][] dense = new long[WINDOWS][BUCKETS][];
  private long[] target = {};

  @Setup
  public void fill() {
    Random random = new Random(1);
    for (int i = 0; i < WINDOWS; i++) {
      double[][] durations = new double[BUCKETS][];
      for (int j = 0; j < BUCKETS; j++) {
        durations[j] = Durations.draw(random, values);
        ours[i][j] = new Histogram();
        Arrays.stream(durations[j]).forEach(ours[i][j]::add);
        hdr[i][j] = new org.HdrHistogram.Histogram(MOST, DIGITS);
        Arrays.stream(durations[j]).mapToLong(value -> (long) (value / Histogram.RESOLUTION))
            .forEach(hdr[i][j]::recordValue);
      }
      fillArrays(i, durations);
    }
  }

  /**
   * Compact arrays hold the buckets of the window that are not empty and no more, dense ones all from the least to the
   * greatest.
   */
  private void fillArrays(int window, double[][] durations) {
    int[] indexes = Arrays.stream(durations).flatMapToDouble(Arrays::stream).mapToInt(Histogram::indexOf).sorted()
        .distinct().toArray();
    int least = indexes[0];
    int span = indexes[indexes.length - 1] - least + 1;
    for (int j = 0; j < BUCKETS; j++) {
      long[] all = new long[span];
      Arrays.stream(durations[j]).forEach(value -> all[Histogram.indexOf(value) - least]++);
      dense[window][j] = all;
      compact[window][j] = IntStream.of(indexes).mapToLong(index -> all[index - least]).toArray();
    }
    target = new long[Math.max(target.length, span)];
  }

  @Benchmark
  public long floorCompact(Volume volume) {
    return add(compact, volume);
  }

  @Benchmark
  public long floorDense(Volume volume) {
    return add(dense, volume);
  }

  private long add(long[][][] counts, Volume volume) {
    long seen = 0;
    for (long[][] buckets : counts) {
      int size = buckets[0].length;
      Arrays.fill(target, 0, size, 0);
      for (long[] bucket : buckets) {
        for (int i = 0; i < size; i++) {
          target[i] += bucket[i];
        }
      }
      seen += target[size - 1];
    }
    volume.samples += WINDOWS * BUCKETS;
    return seen;
  }

  /** A new histogram for each window, as the resampler makes them. */
  @Benchmark
  public long ours(Volume volume) {
    long seen = 0;
    for (Histogram[] buckets : ours) {
      Histogram window = new Histogram();
      for (Histogram bucket : buckets) {
        window.add(bucket);
      }
      seen += window.count();
    }
    volume.samples += WINDOWS * BUCKETS;
    return seen;
  }

  @Benchmark
  public long peerHdrHistogram(Volume volume) {
    long seen = 0;
    for (org.HdrHistogram.Histogram[] buckets : hdr) {
      hdrWindow.reset();
      for (org.HdrHistogram.Histogram bucket : buckets) {
        hdrWindow.add(bucket);
      }
      seen += hdrWindow.getTotalCount();
    }
    volume.samples += WINDOWS * BUCKETS;
    return seen;
  }
}
