package dev.apmexport.exporter.resample;

/**
 * What became of the samples one export has read: {@code read = selected + unselected + refused}; late ones are
 * selected.
 */
public final class SampleCounts {
  long selected;
  long unselected;
  long refused;
  long late;

  public long selected() {
    return selected;
  }

  public long unselected() {
    return unselected;
  }

  /** Refused because the export has reached its limit of series, or another entry writes the series. */
  public long refused() {
    return refused;
  }

  /** Selected samples whose window was sealed when they came. */
  public long late() {
    return late;
  }
}
