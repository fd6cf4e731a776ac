package dev.apmexport.exporter.metric;

import java.util.Arrays;

/**
 * k6's log-linear histogram, with the exact count, sum, least and greatest value beside it. Buckets are
 * kept sparse and sorted; adding two histograms adds their counts and loses nothing.
 *
 * <p>The index formula is k6's ({@code internal/ds/histogram/hdr.go}): with u = ceil(v / 0.001), the index is u below
 * 256, else n·128 + (u &gt;&gt; n) with n = floor(log2 u) − 7. A bucket is at most 1/128 of its value wide.
 */
public final class Histogram {
  public static final double RESOLUTION = 0.001;
  private static final int LINEAR = 256;

  private int[] indexes = new int[16];
  private long[] counts = new long[16];
  private int size;
  private long count;
  private double sum;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private long belowZero;
  private double spread;

  /** The bucket of a value that is not negative. */
  public static int indexOf(double value) {
    long unit = (long) Math.ceil(value / RESOLUTION);
    if (unit < LINEAR) { return (int) unit; }
    int n = 63 - Long.numberOfLeadingZeros(unit) - 7;
    return n * 128 + (int) (unit >> n);
  }

  /** The greatest value that falls into a bucket. */
  public static double upperBound(int index) {
    if (index < LINEAR) { return index * RESOLUTION; }
    int n = (index >> 7) - 1;
    return (Math.scalb(index - n * 128 + 1.0, n) - 1) * RESOLUTION;
  }

  public void clear() {
    size = 0;
    count = 0;
    sum = 0;
    min = Double.POSITIVE_INFINITY;
    max = Double.NEGATIVE_INFINITY;
    belowZero = 0;
    spread = 0;
  }

  /** Sets what the wire says of all values together; an empty histogram has no least and no greatest value. */
  public void summary(long count, double sum, double min, double max, long belowZero) {
    this.count = count;
    this.sum = sum;
    this.min = count == 0 ? Double.POSITIVE_INFINITY : min;
    this.max = count == 0 ? Double.NEGATIVE_INFINITY : max;
    this.belowZero = belowZero;
  }

  /** Appends the count of the next bucket; which one that is follows by {@link #index}. */
  public void counter(long n) {
    append(Integer.MAX_VALUE, n);
  }

  /** Says which bucket the i-th counter belongs to; indexes rise with i. */
  public void index(int i, int index) {
    indexes[i] = index;
  }

  private void append(int index, long n) {
    if (size == indexes.length) {
      grow(size * 2);
    }
    indexes[size] = index;
    counts[size++] = n;
  }

  /** Adds one value, as k6 does when it fills a bucket. */
  public void add(double value) {
    count++;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
    if (value < 0) {
      belowZero++;
    } else {
      insert(indexOf(value), 1);
    }
  }

  /**
   * Adds a number of values of which only about where they lie is known.
   *
   * @param value near all of them
   * @param off by what part of itself each of them may be beside it, less than 1
   */
  public void add(double value, long n, double off) {
    spread = Math.max(spread, off);
    count += n;
    sum += value * n;
    min = Math.min(min, value);
    max = Math.max(max, value);
    if (value < 0) {
      belowZero += n;
    } else {
      insert(indexOf(value), n);
    }
  }

  /** Says what the values' sum is, where it is known better than they are. */
  public void sum(double exact) {
    sum = exact;
  }

  /** Adds all values of another histogram. */
  public void add(Histogram other) {
    count += other.count;
    sum += other.sum;
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
    belowZero += other.belowZero;
    spread = Math.max(spread, other.spread);
    merge(other);
  }

  private void insert(int index, long n) {
    int at = Arrays.binarySearch(indexes, 0, size, index);
    if (at >= 0) {
      counts[at] += n;
      return;
    }
    append(index, n);
    for (int i = size - 1; i > -at - 1; i--) {
      indexes[i] = indexes[i - 1];
      counts[i] = counts[i - 1];
    }
    indexes[-at - 1] = index;
    counts[-at - 1] = n;
  }

  /** Merges from the top down into the same arrays, so that no third array is needed. */
  private void merge(Histogram other) {
    int merged = size + other.size - common(other);
    if (merged > indexes.length) {
      grow(Math.max(merged, indexes.length * 2));
    }
    int mine = size - 1;
    int theirs = other.size - 1;
    for (int to = merged - 1; theirs >= 0; to--) {
      int index = mine < 0 ? -1 : indexes[mine];
      int add = other.indexes[theirs];
      long n = index >= add ? counts[mine--] : 0;
      indexes[to] = Math.max(index, add);
      counts[to] = index <= add ? n + other.counts[theirs--] : n;
    }
    size = merged;
  }

  private int common(Histogram other) {
    int equal = 0;
    for (int i = 0, j = 0; i < size && j < other.size;) {
      int difference = Integer.compare(indexes[i], other.indexes[j]);
      equal += difference == 0 ? 1 : 0;
      i += difference <= 0 ? 1 : 0;
      j += difference >= 0 ? 1 : 0;
    }
    return equal;
  }

  private void grow(int capacity) {
    indexes = Arrays.copyOf(indexes, capacity);
    counts = Arrays.copyOf(counts, capacity);
  }

  /**
   * The value of nearest rank ceil(q·count): the upper bound of its bucket, held within the least and the greatest
   * value. Negative values are in no bucket; of a rank among them only the least is known.
   *
   * @param q between 0 and 1
   */
  public double quantile(double q) {
    long rank = Math.max(1, (long) Math.ceil(q * count));
    long seen = belowZero;
    if (rank <= seen) { return min; }
    for (int i = 0; i < size; i++) {
      seen += counts[i];
      if (seen >= rank) { return Math.max(min, Math.min(max, upperBound(indexes[i]))); }
    }
    return max;
  }

  /**
   * The least that the value of a rank can be, by its bucket and by how well the values in there were known.
   *
   * @param rank from 0 to count − 1, in rising order of the values
   */
  public double atLeast(long rank) {
    double least = leastOf(rank);
    return least / (least < 0 ? 1 - spread : 1 + spread);
  }

  private double leastOf(long rank) {
    if (rank <= 0) { return min; }
    if (rank >= count - 1) { return max; }
    int at = holding(rank);
    return at < 0 ? min : within(at == size && at > 0 ? upperBound(indexes[at - 1]) : lowerBound(at));
  }

  /** The greatest that the value of a rank can be; ranks as in {@link #atLeast}. */
  public double atMost(long rank) {
    double most = mostOf(rank);
    return most / (most < 0 ? 1 + spread : 1 - spread);
  }

  private double mostOf(long rank) {
    if (rank <= 0) { return min; }
    if (rank >= count - 1) { return max; }
    int at = holding(rank);
    return at < 0 ? within(0) : at == size ? max : within(upperBound(indexes[at]));
  }

  /** The place of the bucket that holds a rank: −1 for values below zero, size for those above all buckets. */
  private int holding(long rank) {
    long seen = belowZero;
    if (rank < seen) { return -1; }
    for (int i = 0; i < size; i++) {
      seen += counts[i];
      if (rank < seen) { return i; }
    }
    return size;
  }

  /** No value of the bucket is less; the first one holds 0 alone. */
  private double lowerBound(int at) {
    return at == size || indexes[at] == 0 ? 0 : upperBound(indexes[at] - 1);
  }

  private double within(double value) {
    return Math.max(min, Math.min(max, value));
  }

  /** Whether every value is known, so that sum, least and greatest are exact. */
  public boolean isExact() {
    return spread == 0;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  public long count() {
    return count;
  }

  public double sum() {
    return sum;
  }

  public double min() {
    return min;
  }

  public double max() {
    return max;
  }

  public double average() {
    return sum / count;
  }
}
