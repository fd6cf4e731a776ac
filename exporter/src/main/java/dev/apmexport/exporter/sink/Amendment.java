package dev.apmexport.exporter.sink;

import java.time.Duration;

/** What a destination does with points that do not continue their series. */
public sealed interface Amendment {
  /** It takes only what continues a series. */
  record Refused() implements Amendment {}

  /** It takes points in any order up to this age, and of two for the same time the later one stands. */
  record Overwrites(Duration age) implements Amendment {}

  /** It takes older points, and another value for an older point once, up to this age; never for a series' newest. */
  record OutOfOrder(Duration window) implements Amendment {}
}
