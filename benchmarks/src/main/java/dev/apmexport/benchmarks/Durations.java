package dev.apmexport.benchmarks;

import java.util.Random;
import java.util.stream.DoubleStream;

/** Response times as a healthy server gives them: around 100 ms, with a long tail (log-normal). */
final class Durations {
  private static final double MEDIAN = 100;
  private static final double SPREAD = 0.5;

  private Durations() {}

  /** That many milliseconds, in rising order. */
  static double[] draw(Random random, int size) {
    return DoubleStream.generate(() -> MEDIAN * Math.exp(SPREAD * random.nextGaussian())).limit(size).sorted()
        .toArray();
  }
}
