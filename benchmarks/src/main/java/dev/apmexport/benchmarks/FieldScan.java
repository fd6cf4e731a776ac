package dev.apmexport.benchmarks;

/**
 * The least work that finds every number in a MetricSet: it walks tags and lengths, steps over names and labels, knows
 * no series and checks nothing.
 */
final class FieldScan {
  private static final int RATE = 4;
  private static final int TREND = 5;

  private final WireCursor in = new WireCursor();
  private long bucket;
  private double value;
  private long counts;
  private long histogramCounts;

  void scan(byte[] bytes, int length, Sums sums) {
    in.open(bytes);
    while (in.before(length)) {
      int tag = in.varint();
      if (tag >>> 3 == 3) {
        metric(in.end(), sums);
      } else {
        in.skip(tag);
      }
    }
  }

  /** The sum of what the histograms consist of, for which {@link Sums} has no place. */
  long histogramCounts() {
    return histogramCounts;
  }

  private void metric(int end, Sums sums) {
    while (in.before(end)) {
      int tag = in.varint();
      if (tag >>> 3 == 3) {
        timeSeries(in.end(), sums);
      } else {
        in.skip(tag);
      }
    }
  }

  private void timeSeries(int end, Sums sums) {
    while (in.before(end)) {
      int tag = in.varint();
      int field = tag >>> 3;
      if (field == 1) {
        in.skip(tag);
      } else {
        samples(in.end(), field, sums);
      }
    }
  }

  private void samples(int end, int type, Sums sums) {
    while (in.before(end)) {
      in.varint();
      bucket = 0;
      value = 0;
      counts = 0;
      if (type == TREND) {
        trend(in.end());
      } else {
        sample(in.end(), type);
      }
      sums.add(bucket, value, counts);
    }
  }

  private void sample(int end, int type) {
    while (in.before(end)) {
      int tag = in.varint();
      int field = tag >>> 3;
      if (field == 1) {
        time(in.end());
      } else if (type == RATE) {
        counts += in.varint();
      } else if (field == 2) {
        value = in.fixed64();
      } else {
        in.skip(tag);
      }
    }
  }

  private void trend(int end) {
    while (in.before(end)) {
      int tag = in.varint();
      switch (tag >>> 3) {
        case 1 -> time(in.end());
        case 2 -> histogramCounts += (tag & 7) == 0 ? in.varint() : varints(in.end());
        case 3 -> histogramCounts += span(in.end());
        case 5 -> value = in.fixed64();
        case 6 -> counts = in.varint();
        default -> in.skip(tag);
      }
    }
  }

  private void time(int end) {
    while (in.before(end)) {
      int tag = in.varint();
      if (tag >>> 3 == 1) {
        bucket = in.varint();
      } else {
        in.skip(tag);
      }
    }
  }

  private long varints(int end) {
    long sum = 0;
    while (in.before(end)) {
      sum += in.varint();
    }
    return sum;
  }

  private long span(int end) {
    long sum = 0;
    while (in.before(end)) {
      in.varint();
      sum += in.varint();
    }
    return sum;
  }
}
