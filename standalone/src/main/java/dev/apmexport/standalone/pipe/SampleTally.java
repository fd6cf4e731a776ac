package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.metric.Refusal;
import java.util.EnumMap;
import java.util.Map;

/** What became of k6's samples before they were points. One thread writes; it may be read when that has ended. */
final class SampleTally {
  private final Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
  private long read;
  private long late;
  private long tooLate;
  private long merged;
  private long withoutRoom;

  void read(long samples) {
    read += samples;
  }

  void refused(Refusal reason, long samples) {
    read += samples;
    refused.merge(reason, samples, Long::sum);
  }

  void late(long samples) {
    late += samples;
  }

  /** A raw value's time has passed already; receivers take a series in order only. */
  void tooLate() {
    tooLate++;
  }

  /** A raw value shares its series and millisecond with another. */
  void merge() {
    merged++;
  }

  void withoutRoom(long samples) {
    withoutRoom += samples;
  }

  /** All samples, the refused ones among them. */
  long read() {
    return read;
  }

  /** Samples that came when their window had left; totals hold them, the values of that window do not. */
  long late() {
    return late;
  }

  long tooLateOnes() {
    return tooLate;
  }

  /** Raw values that became one point with an earlier one. */
  long merged() {
    return merged;
  }

  /** Samples of series beyond the limit, or whose name another metric has taken. */
  long withoutRoom() {
    return withoutRoom;
  }

  Map<Refusal, Long> refused() {
    return refused;
  }

  /** Samples of which nothing was sent. */
  long unused() {
    return withoutRoom + tooLate + refused.values().stream().mapToLong(Long::longValue).sum();
  }
}
