package dev.apmexport.standalone.demo;

/**
 * The histogram bucket that k6 puts a trend's value into: all it tells of the value is {@code lower < value <=
 * upper}. k6 counts in units of 0.001, one bucket each up to 255 units, and from there 128 buckets for every
 * doubling.
 */
record HdrBucket(double lower, double upper) {
  private static final double UNIT = 0.001;
  private static final long FIRST_SHARED = 256;

  /** Of a negative value k6 says no more than that it is one; of one too great to count, that it is too great. */
  static HdrBucket of(double value) {
    if (value < 0) { return new HdrBucket(Double.NEGATIVE_INFINITY, 0); }
    double units = Math.ceil(value / UNIT);
    if (units > Long.MAX_VALUE) { return new HdrBucket(Long.MAX_VALUE * UNIT, Double.POSITIVE_INFINITY); }
    return of((long) units);
  }

  private static HdrBucket of(long units) {
    long width = units < FIRST_SHARED ? 1 : Long.highestOneBit(units) / 128;
    long first = units / width * width;
    return new HdrBucket(Math.max(0, (first - 1) * UNIT), (first + width - 1) * UNIT);
  }
}
