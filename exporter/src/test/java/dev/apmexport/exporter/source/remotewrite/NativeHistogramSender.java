package dev.apmexport.exporter.source.remotewrite;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts values as Prometheus' client library does for a native histogram, and writes it as k6 sends it. */
public final class NativeHistogramSender {
  /** What the library chooses for k6's growth factor of 1.1. */
  public static final int SCHEMA = 3;

  private final int schema;
  private final NavigableMap<Integer, Long> positive = new TreeMap<>();
  private final NavigableMap<Integer, Long> negative = new TreeMap<>();
  private long zero;
  private long count;
  private double sum;

  public NativeHistogramSender() {
    this(SCHEMA);
  }

  NativeHistogramSender(int schema) {
    this.schema = schema;
  }

  public NativeHistogramSender add(double... values) {
    for (double value : values) {
      count++;
      sum += value;
      if (value == 0) {
        zero++;
      } else {
        (value > 0 ? positive : negative).merge(index(Math.abs(value)), 1L, Long::sum);
      }
    }
    return this;
  }

  /** The bucket that ends at or above the value. */
  private int index(double value) {
    int index = (int) Math.ceil(Math.log(value) / Math.log(2) * Math.pow(2, schema));
    while (bound(index) < value) {
      index++;
    }
    while (bound(index - 1) >= value) {
      index--;
    }
    return index;
  }

  private double bound(int index) {
    return Math.pow(2, index / Math.pow(2, schema));
  }

  /** Adds the histogram's state of now to a request. */
  public WriteRequests write(WriteRequests to, String[] labels, long atMillis) {
    return to.histogram(labels, out -> {
      fields(out);
      out.writeInt64(15, atMillis);
    });
  }

  void fields(CodedOutputStream out) throws IOException {
    out.writeUInt64(1, count);
    out.writeDouble(3, sum);
    out.writeSInt32(4, schema);
    out.writeDouble(5, Math.pow(2, -128));
    out.writeUInt64(6, zero);
    buckets(out, 8, negative);
    buckets(out, 11, positive);
  }

  private static @Nullable Integer first(NavigableMap<Integer, Long> buckets) {
    return buckets.isEmpty() ? null : buckets.firstKey();
  }

  /** One span for each row of buckets without a gap, and the differences packed. */
  private static void buckets(CodedOutputStream out, int field, NavigableMap<Integer, Long> buckets)
      throws IOException {
    int next = 0;
    for (Integer from = first(buckets); from != null; from = buckets.ceilingKey(next)) {
      int to = from;
      while (buckets.containsKey(to + 1)) {
        to++;
      }
      int offset = from - next;
      int length = to - from + 1;
      WriteRequests.nested(out, field, span -> {
        span.writeSInt32(1, offset);
        span.writeUInt32(2, length);
      });
      next = to + 1;
    }
    WriteRequests.nested(out, field + 1, deltas -> {
      long last = 0;
      for (Map.Entry<Integer, Long> bucket : buckets.entrySet()) {
        deltas.writeSInt64NoTag(bucket.getValue() - last);
        last = bucket.getValue();
      }
    });
  }
}
