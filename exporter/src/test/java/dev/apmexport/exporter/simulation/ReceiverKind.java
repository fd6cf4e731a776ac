package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Rules;

/** The receivers there are, by how they treat samples that do not simply continue a series. */
enum ReceiverKind {
  /** 400 and the whole request rolled back (measured: a2, b1, d1–d3); nothing older than its head less 1 h (f). */
  PROMETHEUS("Prometheus", Rules.prometheus(0)),
  /** Older samples stored in place, the first correction stands, the newest stays (measured: b1, b2, c1, c3). */
  OUT_OF_ORDER("Prometheus out-of-order", Rules.prometheus(Wish.OUT_OF_ORDER.toMillis())),
  /** The good samples are stored, 400 with the first error (read in its source). */
  MIMIR("Mimir", Rules.mimir(0)),
  /** The same with a window. */
  MIMIR_OUT_OF_ORDER("Mimir out-of-order", Rules.mimir(Wish.OUT_OF_ORDER.toMillis())),
  /** The good samples are committed, 409 for the others (read in its source). */
  THANOS("Thanos", Rules.thanos()),
  /** 2xx for everything; a second value for a time stands beside the first (measured: a1–c3, no deduplication). */
  VICTORIA_METRICS("VictoriaMetrics", Rules.victoriaMetrics()),
  /** The last value for a second stands; what is older than 1 h is dropped with a 202. */
  DATADOG("Datadog", Rules.prometheus(0));

  final String title;
  final Rules rules;

  ReceiverKind(String title, Rules rules) {
    this.title = title;
    this.rules = rules;
  }

  boolean isDatadog() {
    return this == DATADOG;
  }

  /** Whether a second value for a time can take the place of the first. */
  boolean canBeCorrected() {
    return isDatadog() || rules.outOfOrderMillis() > 0;
  }
}
