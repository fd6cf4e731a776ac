package dev.apmexport.standalone.demo;

import java.util.StringJoiner;

/**
 * How one output series compares.
 *
 * @param expected points that there should be: one per window, and a total's 0 before its first
 * @param equal expected points that are there with the right value
 * @param missing expected points that are not there
 * @param wrong expected points with another value
 * @param unexpected points where there should be none
 */
public record SeriesComparison(OutputSeries series, int expected, int equal, int missing, int wrong, int unexpected) {

  public boolean allEqual() {
    return missing + wrong + unexpected == 0;
  }

  /** {@code equal}, or all that is not. */
  public String result() {
    if (allEqual()) { return "equal"; }
    var faults = new StringJoiner(", ");
    append(faults, missing, "missing");
    append(faults, wrong, "wrong");
    append(faults, unexpected, expected == 0 ? "in a series that should not be" : "unexpected");
    return faults.toString();
  }

  private static void append(StringJoiner faults, int count, String what) {
    if (count > 0) {
      faults.add(count + " " + what);
    }
  }
}
