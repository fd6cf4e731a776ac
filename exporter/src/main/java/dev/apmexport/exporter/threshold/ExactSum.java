package dev.apmexport.exporter.threshold;

import java.math.BigDecimal;

/** A sum that is the same in whatever order its parts come. */
final class ExactSum {
  /** Floating point holds every multiple of a power of two up to so many of it. */
  private static final int DIGITS = 53;
  private static final long HIDDEN = 1L << (DIGITS - 1);
  private static final double WHOLE = 2.0 * HIDDEN;

  private long whole;
  private BigDecimal rest = BigDecimal.ZERO;
  private double parts;
  private int unit = Double.MAX_EXPONENT;
  private boolean lost;

  /** @param part if it is not finite, the sum is no number for good */
  void add(double part) {
    lost |= !Double.isFinite(part);
    if (part == 0 || lost) { return; }
    parts += Math.abs(part);
    unit = Math.min(unit, unitOf(part));
    if (part == Math.rint(part) && Math.abs(part) <= WHOLE && Math.abs(whole) <= WHOLE) {
      whole += (long) part;
    } else {
      rest = rest.add(new BigDecimal(part));
    }
  }

  /** The exponent of the greatest power of two that divides a number. */
  private static int unitOf(double part) {
    long digits = Double.doubleToLongBits(part) & (HIDDEN - 1);
    int exponent = Math.getExponent(part);
    return exponent < Double.MIN_EXPONENT
        ? Double.MIN_EXPONENT - DIGITS + 1 + Long.numberOfTrailingZeros(digits)
        : exponent - DIGITS + 1 + Long.numberOfTrailingZeros(digits | HIDDEN);
  }

  double value() {
    return lost ? Double.NaN : rest.add(BigDecimal.valueOf(whole)).doubleValue();
  }

  /** The sum of the parts, all taken as positive. */
  double parts() {
    return parts;
  }

  /**
   * The sum of the parts, all taken as positive, if floating point had to round on the way; 0 if it had not, whatever
   * the order.
   */
  double rounded() {
    return parts > Math.scalb(1.0, unit + DIGITS) ? parts : 0;
  }
}
