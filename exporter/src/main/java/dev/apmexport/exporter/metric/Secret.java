package dev.apmexport.exporter.metric;

/** A text that no log, answer or exception may show. */
public record Secret(String reveal) {
  /** What stands in a secret's place. */
  public static final String MASK = "***";

  @Override
  public String toString() {
    return MASK;
  }
}
