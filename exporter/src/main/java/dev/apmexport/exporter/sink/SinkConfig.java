package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.metric.Labels;

/** What opens a destination. Immutable, free of faults once it exists. */
public interface SinkConfig {
  /** A new shape, with names of its own memory. */
  Shape shape();

  /** A new sink; every thread that sends opens one for itself. */
  Sink open(HttpTransport http);

  /** Where the points go, for people to read; without any secret. */
  String destination();

  /** The destination's own name of a k6 metric, for entries that give it no other. */
  String name(String metric);

  /** Whether a name given in a block can be used as it is. */
  boolean isName(String target);

  /** The labels as the destination takes them. */
  Labels labels(Labels labels);

  Amendment amendment();

  /** The most points one request should carry. */
  int maxBatch();
}
