package dev.apmexport.exporter.source.remotewrite;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.apmexport.exporter.metric.Histogram;
import java.io.IOException;
import java.util.Arrays;

/**
 * One native histogram as it was sent: what was counted since its series began. Field numbers are those of
 * {@code prometheus.Histogram} (Prometheus' {@code prompb/types.proto}).
 */
final class NativeHistogram {
  /** What a series has counted before its first sample. */
  static final NativeHistogram NOTHING = new NativeHistogram();

  /**
   * On either side of zero. k6's schema has 8 buckets for every doubling, so 1,000 reach over 125 of them; each bucket of
   * every series is kept until the next push.
   */
  private static final int MOST_BUCKETS = 1_000;

  /** So many buckets take about the memory of a series without any. */
  private static final int BUCKETS_PER_SERIES = 100;

  private final Buckets negative = new Buckets();
  private final Buckets positive = new Buckets();
  private long count;
  private double sum;
  private long zero;
  private int schema;
  private int resetHint;
  private long atMillis;
  private boolean foreign;

  /** Counts of buckets by their indexes, in rising order; on the wire they are spans and differences. */
  private static final class Buckets {
    private int[] indexes = {};
    private long[] counts = {};
    private int size;
    private int placed;
    private int next;
    private long last;
    private boolean tooMany;

    void delta(long difference) {
      tooMany |= size == MOST_BUCKETS;
      if (tooMany) { return; }
      if (size == counts.length) {
        counts = Arrays.copyOf(counts, Math.max(16, size * 2));
      }
      last += difference;
      counts[size++] = last;
    }

    void span(int offset, int length) throws IOException {
      long end = (long) next + offset + Integer.toUnsignedLong(length);
      if (end > Integer.MAX_VALUE) { throw new IOException("a native histogram's spans reach too far"); }
      tooMany |= placed + Integer.toUnsignedLong(length) > MOST_BUCKETS;
      if (tooMany) { return; }
      next += offset;
      indexes = placed + length > indexes.length ? Arrays.copyOf(indexes, (placed + length) * 2) : indexes;
      for (int i = 0; i < length; i++) {
        indexes[placed++] = next++;
      }
    }

    /** Gives back what was reserved and not needed. */
    void trim() {
      indexes = indexes.length == placed ? indexes : Arrays.copyOf(indexes, placed);
      counts = counts.length == size ? counts : Arrays.copyOf(counts, size);
    }

    boolean fits() {
      boolean rising = true;
      for (int i = 0; i < size; i++) {
        rising &= counts[i] >= 0 && (i == 0 || placed <= i || indexes[i] > indexes[i - 1]);
      }
      return rising && size == placed && !tooMany;
    }

    long sum() {
      return Arrays.stream(counts, 0, size).sum();
    }

    long at(int index) {
      int i = Arrays.binarySearch(indexes, 0, size, index);
      return i < 0 ? 0 : counts[i];
    }

    /** Whether no bucket has lost anything against an earlier state. */
    boolean follows(Buckets before) {
      for (int i = 0; i < before.size; i++) {
        if (at(before.indexes[i]) < before.counts[i]) { return false; }
      }
      return true;
    }
  }

  static NativeHistogram read(CodedInputStream in) throws IOException {
    NativeHistogram read = new NativeHistogram();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> read.count = in.readUInt64();
        case 3 -> read.sum = in.readDouble();
        case 4 -> read.schema = in.readSInt32();
        case 6 -> read.zero = in.readUInt64();
        case 8 -> span(in, read.negative);
        case 9 -> deltas(in, tag, read.negative);
        case 11 -> span(in, read.positive);
        case 12 -> deltas(in, tag, read.positive);
        case 14 -> read.resetHint = in.readEnum();
        case 15 -> read.atMillis = in.readInt64();
        case 2, 7, 10, 13, 16 -> { // counts in fractions, boundaries of the sender's own
          read.foreign = true;
          in.skipField(tag);
        }
        default -> in.skipField(tag);
      }
    }
    read.negative.trim();
    read.positive.trim();
    return read;
  }

  private static void span(CodedInputStream in, Buckets to) throws IOException {
    int offset = 0;
    int length = 0;
    int limit = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> offset = in.readSInt32();
        case 2 -> length = in.readUInt32();
        default -> in.skipField(tag);
      }
    }
    in.popLimit(limit);
    to.span(offset, length);
  }

  private static void deltas(CodedInputStream in, int tag, Buckets to) throws IOException {
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      to.delta(in.readSInt64());
      return;
    }
    int limit = in.pushLimit(in.readRawVarint32());
    while (in.getBytesUntilLimit() > 0) {
      to.delta(in.readSInt64());
    }
    in.popLimit(limit);
  }

  /** Whether it is of a kind that can be read: whole counts that add up, in one of the standard schemas, cumulative. */
  boolean isReadable() {
    return !foreign && schema >= -4 && schema <= 8 && resetHint != 3 && count >= 0 && zero >= 0 && negative.fits()
        && positive.fits() && zero + negative.sum() + positive.sum() == count;
  }

  /** Whether it goes on from an earlier state; else its sender has begun anew. */
  boolean follows(NativeHistogram before) {
    return resetHint != 1 && count >= before.count && zero >= before.zero
        && (schema != before.schema || positive.follows(before.positive) && negative.follows(before.negative));
  }

  /** Whether the buckets of an earlier state, if it has any, are the same as these. */
  boolean isComparableTo(NativeHistogram before) {
    return before.count == 0 || schema == before.schema;
  }

  /** How many series without buckets take about as much memory. */
  int weight() {
    return 1 + (negative.size + positive.size) / BUCKETS_PER_SERIES;
  }

  double sum() {
    return sum;
  }

  long atMillis() {
    return atMillis;
  }

  /**
   * What came after an earlier state, or all of it where there was none. Count and sum are exact; a bucket's values are
   * taken for the one that is off by the same part of itself from both ends, 4.3 % in k6's schema 3.
   *
   * @param unit by which values are multiplied
   */
  void since(NativeHistogram before, double unit, Histogram out) {
    out.clear();
    long values = count - before.count;
    double one = sum - before.sum;
    double rounded = 2 * Math.ulp(sum) / Math.abs(one);
    if (values == 1 && rounded <= halfWidth()) {
      out.add(one * unit, 1, rounded);
      return;
    }
    add(negative, before.negative, -unit, out);
    if (zero > before.zero) {
      out.add(0, zero - before.zero, 0);
    }
    add(positive, before.positive, unit, out);
    out.sum((sum - before.sum) * unit);
  }

  private void add(Buckets buckets, Buckets before, double unit, Histogram out) {
    for (int i = 0; i < buckets.size; i++) {
      long values = buckets.counts[i] - before.at(buckets.indexes[i]);
      if (values > 0) {
        out.add(middle(buckets.indexes[i]) * unit, values, halfWidth());
      }
    }
  }

  /** A bucket reaches from 2^((index-1)/2^schema) to 2^(index/2^schema). */
  private double middle(int index) {
    double upper = Math.pow(2, Math.scalb((double) index, -schema));
    double middle = 2 * upper / (1 + ratio());
    return Math.min(middle, Double.MAX_VALUE / 1e6);
  }

  /** By what part of itself a bucket's middle is off from its ends. */
  private double halfWidth() {
    return (ratio() - 1) / (ratio() + 1);
  }

  /** Of a bucket's upper bound to its lower one. */
  private double ratio() {
    return Math.pow(2, Math.scalb(1.0, -schema));
  }
}
