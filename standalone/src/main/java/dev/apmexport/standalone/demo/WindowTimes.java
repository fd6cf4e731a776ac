package dev.apmexport.standalone.demo;

import java.util.stream.LongStream;

/** The windows of one series, from its own first to the run's last, all by their start in seconds since the epoch. */
record WindowTimes(int windowSeconds, int bucketSeconds, long first, long last) {

  LongStream all() {
    return LongStream.iterate(first, start -> start <= last, start -> start + windowSeconds);
  }

  static long startMillis(long start) {
    return start * 1000;
  }

  /** The time of a window's point. */
  long endMillis(long start) {
    return (start + windowSeconds) * 1000;
  }
}
