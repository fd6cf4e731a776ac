package dev.apmexport.exporter.resample;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far the log is complete, as far as one may hope: the least, over the load generators that are waited for, of the
 * end of their latest bucket, less the allowed lateness. A pure function of the records observed; there is no clock in
 * it. Not waited for are those that are silent, that bring only what is refused, or that are far behind the others.
 *
 * <p>Nobody knows of a generator before its first push. One that has a name has siblings, so nothing is sealed until
 * all that are expected have been heard, or the first record is as old as a generator's silence may be.
 */
public final class Watermark {
  /**
   * So many seconds one may be behind the furthest for good, by a slow line or a clock that is wrong. What comes later
   * than that is late, and set right by the second pass; waiting for it would hold the whole run's export back.
   */
  private static final int MOST_BEHIND = 60;

  private static final class Generator {
    private long bucketEnd = Long.MIN_VALUE;
    private long receivedAt;
    private long joinedAt;
    private long roseAt;
    private boolean refused;

    Generator copy() {
      Generator copy = new Generator();
      copy.bucketEnd = bucketEnd;
      copy.receivedAt = receivedAt;
      copy.joinedAt = joinedAt;
      copy.roseAt = roseAt;
      copy.refused = refused;
      return copy;
    }
  }

  private final int lateness;
  private final long silenceMillis;
  private final int expected;
  private final Map<String, Integer> numbers;
  private final List<Generator> generators = new ArrayList<>();
  private boolean siblings;
  private long reached = Long.MIN_VALUE;
  private long lastBucket = Long.MIN_VALUE;
  private long firstReceived = Long.MAX_VALUE;
  private long newestReceived;

  /**
   * @param lateness seconds a bucket may come after a later one
   * @param silence seconds without a push, by the log's times, after which a generator is not waited for
   * @param expected how many generators the run has; 0 if nobody said
   */
  public Watermark(int lateness, int silence, int expected) {
    this.lateness = lateness;
    this.silenceMillis = silence * 1000L;
    this.expected = expected;
    this.numbers = new HashMap<>();
    this.siblings = expected > 1;
  }

  /** The same where nobody said how many generators there are. */
  public Watermark(int lateness, int silence) {
    this(lateness, silence, 0);
  }

  private Watermark(Watermark that) {
    this.lateness = that.lateness;
    this.silenceMillis = that.silenceMillis;
    this.expected = that.expected;
    this.numbers = new HashMap<>(that.numbers);
    this.siblings = that.siblings;
    this.reached = that.reached;
    this.lastBucket = that.lastBucket;
    this.firstReceived = that.firstReceived;
    this.newestReceived = that.newestReceived;
    that.generators.forEach(generator -> generators.add(generator.copy()));
  }

  public Watermark copy() {
    return new Watermark(this);
  }

  /** A generator's number within the run, counted from 0 in the order of the log; notes that it is alive. */
  public int heard(String instance, long receivedAtMillis) {
    reached = Math.max(reached, second());
    firstReceived = Math.min(firstReceived, receivedAtMillis);
    newestReceived = Math.max(newestReceived, receivedAtMillis);
    siblings |= !instance.isEmpty();
    int number = numbers.computeIfAbsent(instance, _ -> generators.size());
    boolean isNew = number == generators.size();
    if (isNew) {
      generators.add(new Generator());
    }
    Generator generator = generators.get(number);
    if (isNew || isSilent(generator)) {
      generator.joinedAt = receivedAtMillis;
    }
    generator.receivedAt = receivedAtMillis;
    return number;
  }

  /**
   * Notes a bucket of a generator; {@code period} is the bucket's length in seconds. One that lies ahead of the time it
   * was received at tells nothing of what lies between, so it counts as no later than that.
   */
  public void observe(int generator, long bucket, int period) {
    Generator seen = generators.get(generator);
    long end = Math.min(bucket + period, Math.floorDiv(seen.receivedAt, 1_000L));
    if (end > seen.bucketEnd) {
      seen.joinedAt = isStuck(seen) ? seen.receivedAt : seen.joinedAt;
      seen.bucketEnd = end;
      seen.roseAt = seen.receivedAt;
      seen.refused = false;
    }
    lastBucket = Math.max(lastBucket, bucket);
  }

  /** Notes that samples of a generator are not used, which tell nothing of how far it is. */
  public void refused(int generator) {
    generators.get(generator).refused = true;
  }

  /** The second up to which windows may be sealed; {@link Long#MIN_VALUE} while nothing is known. */
  public long second() {
    if (isGathering()) { return Long.MIN_VALUE; }
    List<Generator> here = generators.stream()
        .filter(one -> one.bucketEnd != Long.MIN_VALUE && !isSilent(one) && !isLeftBehind(one)).toList();
    List<Generator> going = here.stream().filter(one -> !isStuck(one)).toList();
    return least(going.isEmpty() ? here : going);
  }

  private long least(List<Generator> some) {
    if (some.isEmpty()) { return Long.MIN_VALUE; }
    long furthest = some.stream().mapToLong(one -> one.bucketEnd).max().orElseThrow();
    return some.stream().filter(one -> !isFarBehind(one, furthest)).mapToLong(one -> one.bucketEnd).min().orElseThrow()
        - lateness;
  }

  /** How many generators were heard. */
  public int generators() {
    return generators.size();
  }

  /** Whether generators that were not heard of yet are waited for. */
  private boolean isGathering() {
    return siblings && newestReceived - firstReceived <= silenceMillis
        && (expected == 0 || generators.stream().filter(one -> one.bucketEnd != Long.MIN_VALUE).count() < expected);
  }

  private boolean isSilent(Generator generator) {
    return newestReceived - generator.receivedAt > silenceMillis;
  }

  /** Whether one that lives gets no further, since what it brings is refused. */
  private boolean isStuck(Generator generator) {
    return generator.refused && newestReceived - generator.roseAt > silenceMillis;
  }

  private boolean isFarBehind(Generator generator, long furthest) {
    return furthest - generator.bucketEnd > MOST_BEHIND && newestReceived - generator.joinedAt > silenceMillis;
  }

  /**
   * Whether one that came later, or came back, had as long as a silent one to catch up with the others, and did not. Of
   * those that were waited for all the time none is.
   */
  private boolean isLeftBehind(Generator generator) {
    return generator.bucketEnd - lateness < reached && newestReceived - generator.joinedAt > silenceMillis;
  }

  /** The start of the latest bucket of the run; {@link Long#MIN_VALUE} while there is none. */
  public long lastBucket() {
    return lastBucket;
  }
}
