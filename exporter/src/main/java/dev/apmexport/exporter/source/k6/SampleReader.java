package dev.apmexport.exporter.source.k6;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.source.TimeBounds;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the samples of one series, each the content of one bucket. */
final class SampleReader {
  private static final int MAX_INDEX = 7_424; // k6's index of the greatest long, rounded up to a whole 128
  private final Histogram histogram = new Histogram();
  private final TrendFields trend = new TrendFields();
  private int field;
  private String metric = "";
  private @Nullable TimeBounds bounds;
  private @Nullable SampleVisitor visitor;

  // The content of the sample at hand; one set of fields for all types, as the wire numbers them.
  private long bucket;
  private double sum;
  private long first;
  private long second;
  private boolean foreign;

  void open(int field, String metric, TimeBounds bounds, SampleVisitor visitor) {
    this.field = field;
    this.metric = metric;
    this.bounds = bounds;
    this.visitor = visitor;
  }

  boolean pending() {
    return visitor != null;
  }

  void close() {
    visitor = null;
  }

  /** @param target the series, or the reason why its samples are refused */
  void read(CodedInputStream in, Object target) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) != 1) {
        in.skipField(tag);
        continue;
      }
      int limit = in.pushLimit(in.readRawVarint32());
      value(in);
      in.popLimit(limit);
      deliver(target);
    }
  }

  private void value(CodedInputStream in) throws IOException {
    bucket = 0;
    sum = 0;
    first = 0;
    second = 0;
    foreign = false;
    if (field == 5) {
      trend.read(in);
      return;
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int number = WireFormat.getTagFieldNumber(tag);
      if (number == 1) {
        time(in);
      } else if (number == 2 && field != 4) {
        sum = in.readDouble();
      } else if (number == 2) {
        first = Integer.toUnsignedLong(in.readUInt32());
      } else if (number == 3 && field == 4) {
        second = Integer.toUnsignedLong(in.readUInt32());
      } else {
        in.skipField(tag);
      }
    }
  }

  private void time(CodedInputStream in) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        bucket = in.readInt64();
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(limit);
  }

  private void deliver(Object target) {
    SampleVisitor to = Objects.requireNonNull(visitor);
    Refusal refusal = target instanceof Refusal reason ? reason : refusal();
    if (refusal != null) {
      to.refused(refusal, metric, 1);
      return;
    }
    InputSeries series = (InputSeries) target;
    switch (series.type()) {
      case COUNTER -> to.counter(series, bucket, sum);
      case GAUGE -> to.gauge(series, bucket, sum);
      case RATE -> to.rate(series, bucket, first, second);
      case TREND -> to.trend(series, bucket, histogram);
    }
  }

  private @Nullable Refusal refusal() {
    if (foreign) { return Refusal.UNKNOWN_RESOLUTION; }
    boolean finite = Double.isFinite(sum) && (field != 5 || Double.isFinite(trend.min) && Double.isFinite(trend.max));
    return finite ? Objects.requireNonNull(bounds).refusal(bucket) : Refusal.NOT_FINITE;
  }

  /** The fields of one TrendHdrValue; counters stand before the spans that say which buckets they belong to. */
  private final class TrendFields {
    private int counters;
    private int nextIndex;
    private int taken;
    private long count;
    private double min;
    private double max;
    private long low;

    void read(CodedInputStream in) throws IOException {
      histogram.clear();
      counters = 0;
      nextIndex = 0;
      taken = 0;
      count = 0;
      min = 0;
      max = 0;
      low = 0;
      double resolution = 1; // what k6 before 0.47 means by saying nothing
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 1 -> time(in);
          case 2 -> counters(in, tag);
          case 3 -> span(in);
          case 5 -> sum = in.readDouble();
          case 6 -> count = Integer.toUnsignedLong(in.readUInt32());
          case 7 -> min = in.readDouble();
          case 8 -> max = in.readDouble();
          case 9 -> low = Integer.toUnsignedLong(in.readUInt32());
          case 11 -> resolution = in.readDouble();
          case 12 -> foreign |= in.readUInt32() != 2;
          default -> in.skipField(tag);
        }
      }
      if (taken != counters) {
        throw new IOException("a histogram has " + counters + " counters, and spans for " + taken);
      }
      foreign |= resolution != Histogram.RESOLUTION;
      histogram.summary(count, sum, min, max, low);
    }

    private void counters(CodedInputStream in, int tag) throws IOException {
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        counter(in);
        return;
      }
      int limit = in.pushLimit(in.readRawVarint32());
      while (in.getBytesUntilLimit() > 0) {
        counter(in);
      }
      in.popLimit(limit);
    }

    private void counter(CodedInputStream in) throws IOException {
      if (++counters > MAX_INDEX) { throw new IOException("a histogram has more counters than there are buckets"); }
      histogram.counter(Integer.toUnsignedLong(in.readUInt32()));
    }

    private void span(CodedInputStream in) throws IOException {
      int offset = 0;
      int length = 0;
      int limit = in.pushLimit(in.readRawVarint32());
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 1 -> offset = in.readUInt32();
          case 2 -> length = in.readUInt32();
          default -> in.skipField(tag);
        }
      }
      in.popLimit(limit);
      nextIndex += offset;
      if (offset < 0 || length < 0 || length > counters - taken || nextIndex < 0 || nextIndex > MAX_INDEX - length) {
        throw new IOException("a histogram's spans do not fit its counters");
      }
      for (int i = 0; i < length; i++) {
        histogram.index(taken++, nextIndex++);
      }
    }
  }
}
