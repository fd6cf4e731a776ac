package dev.apmexport.exporter.resample;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far the log is complete, as far as one may hope: the least, over the load generators that are not silent, of the
 * end of their latest bucket, less the allowed lateness. A pure function of the records observed; there is no clock in
 * it.
 */
public final class Watermark {
  private static final class Generator {
    private long bucketEnd = Long.MIN_VALUE;
    private long receivedAt;
  }

  private final int lateness;
  private final long silenceMillis;
  private final Map<String, Integer> numbers;
  private final List<Generator> generators = new ArrayList<>();
  private long lastBucket = Long.MIN_VALUE;
  private long newestReceived;

  /**
   * @param lateness seconds a bucket may come after a later one
   * @param silence seconds without a push, by the log's times, after which a generator is not waited for
   */
  public Watermark(int lateness, int silence) {
    this.lateness = lateness;
    this.silenceMillis = silence * 1000L;
    this.numbers = new HashMap<>();
  }

  private Watermark(Watermark that) {
    this.lateness = that.lateness;
    this.silenceMillis = that.silenceMillis;
    this.numbers = new HashMap<>(that.numbers);
    this.lastBucket = that.lastBucket;
    this.newestReceived = that.newestReceived;
    for (Generator generator : that.generators) {
      Generator copy = new Generator();
      copy.bucketEnd = generator.bucketEnd;
      copy.receivedAt = generator.receivedAt;
      generators.add(copy);
    }
  }

  public Watermark copy() {
    return new Watermark(this);
  }

  /** A generator's number within the run, counted from 0 in the order of the log; notes that it is alive. */
  public int heard(String instance, long receivedAtMillis) {
    int number = numbers.computeIfAbsent(instance, _ -> generators.size());
    if (number == generators.size()) {
      generators.add(new Generator());
    }
    generators.get(number).receivedAt = receivedAtMillis;
    newestReceived = Math.max(newestReceived, receivedAtMillis);
    return number;
  }

  /**
   * Notes a bucket of a generator; {@code period} is the bucket's length in seconds. One that lies ahead of the time it
   * was received at tells nothing of what lies between, so it counts as no later than that.
   */
  public void observe(int generator, long bucket, int period) {
    Generator seen = generators.get(generator);
    seen.bucketEnd = Math.max(seen.bucketEnd, Math.min(bucket + period, Math.floorDiv(seen.receivedAt, 1_000L)));
    lastBucket = Math.max(lastBucket, bucket);
  }

  /** The second up to which windows may be sealed; {@link Long#MIN_VALUE} while nothing is known. */
  public long second() {
    long least = Long.MAX_VALUE;
    for (Generator generator : generators) {
      if (generator.bucketEnd != Long.MIN_VALUE && newestReceived - generator.receivedAt <= silenceMillis) {
        least = Math.min(least, generator.bucketEnd);
      }
    }
    return least == Long.MAX_VALUE ? Long.MIN_VALUE : least - lateness;
  }

  /** The start of the latest bucket of the run; {@link Long#MIN_VALUE} while there is none. */
  public long lastBucket() {
    return lastBucket;
  }
}
