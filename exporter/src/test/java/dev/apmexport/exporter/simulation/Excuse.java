package dev.apmexport.exporter.simulation;

/** What is true of a point that no sender could have brought right at its receiver. */
enum Excuse {
  /** Its data came late, and the receiver, which takes nothing but what continues a series, held it, a later one or its end. */
  MOVED_ON,
  /** The same where older points can be set right: no receiver lets a series' newest be replaced. */
  NEWEST,
  /** A request that was given up arrived late and took the only correction that the receiver keeps of a point. */
  SPOILT,
  /** Older than the receiver takes. */
  TOO_OLD,
  /** The receiver did not digest its series when the last pass sent it. */
  POISONED,
  /** The receiver failed until the time for the export was over. */
  DEADLINE
}
