package dev.apmexport.exporter.simulation;

/** What became of one request on its way. */
enum Fault {
  NONE, LIMITED, LIMITED_UNTIL_DATE, BUSY, FAILED, FAILED_AFTER_STORING, RESET, RESET_AFTER_STORING,
  /** The connection broke, and what was sent arrives a while later all the same. */
  LATE, POISONED, DOWN, DENIED, TOO_LARGE;

  /** Whether a sender cannot tell from it that the request has come to its end. */
  boolean mayArrive() {
    return switch (this) {
      case FAILED, FAILED_AFTER_STORING, RESET, RESET_AFTER_STORING, LATE, POISONED, DOWN -> true;
      case NONE, LIMITED, LIMITED_UNTIL_DATE, BUSY, DENIED, TOO_LARGE -> false;
    };
  }
}
