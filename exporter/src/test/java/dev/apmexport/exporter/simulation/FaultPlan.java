package dev.apmexport.exporter.simulation;

import java.util.List;

/**
 * What goes wrong with which request: a function of the request, of how often it was tried, and for outages of the
 * time.
 *
 * @param rate the share of requests that fail once or several times
 * @param outages when the receiver takes nothing
 * @param poison the series it cannot digest
 * @param mostSeries so many series a request may have; more are too large
 * @param longestWait the most seconds that the receiver asks for
 * @param longestDelay the most seconds that a request is on its way
 */
record FaultPlan(long seed, double rate, List<Outage> outages, Poison poison, int mostSeries, int longestWait,
    int longestDelay) {
  private static final List<Integer> FAILURES = List.of(500, 502, 504, 529);
  private static final int UNLUCKY_TRIES = 8;
  private static final List<Fault> KINDS = List.of(Fault.LIMITED, Fault.LIMITED_UNTIL_DATE, Fault.BUSY, Fault.FAILED,
      Fault.FAILED_AFTER_STORING, Fault.RESET, Fault.RESET_AFTER_STORING, Fault.RESET_AFTER_STORING, Fault.LATE);

  /**
   * Nothing gets through in this time; with a status of 0 not even an answer.
   *
   * @param sparesProbe whether an empty request is answered as if all were well, as one does that writes nothing
   */
  record Outage(long fromMillis, long toMillis, int status, boolean sparesProbe) {
    boolean holds(long at) {
      return fromMillis <= at && at < toMillis;
    }

    private boolean hits(Shipment shipment, long at) {
      return holds(at) && !(sparesProbe && shipment.points().isEmpty());
    }
  }

  /**
   * @param share how many of all series; none for 0
   * @param status the answer to every request with one of them; 0 for none
   * @param stores whether such a request is stored all the same
   */
  record Poison(double share, int status, boolean stores, long fromMillis, long toMillis) {
    static final Poison NONE = new Poison(0, 0, false, 0, 0);
  }

  Fault fault(Shipment shipment, int attempt, long nowMillis) {
    if (outages.stream().anyMatch(outage -> outage.hits(shipment, nowMillis))) {
      return outage(nowMillis).status == 401 ? Fault.DENIED : Fault.DOWN;
    }
    if (shipment.points().isEmpty()) { return Fault.NONE; }
    if (shipment.points().size() > mostSeries) { return Fault.TOO_LARGE; }
    if (isPoisoned(shipment, nowMillis)) { return Fault.POISONED; }
    return attempt <= UNLUCKY_TRIES && chance("fault", shipment, attempt) < rate
        ? KINDS.get((int) (chance("kind", shipment, attempt) * KINDS.size())) : Fault.NONE;
  }

  Outage outage(long nowMillis) {
    return outages.stream().filter(outage -> outage.holds(nowMillis)).findFirst().orElseThrow();
  }

  private boolean isPoisoned(Shipment shipment, long nowMillis) {
    return poison.fromMillis <= nowMillis && nowMillis < poison.toMillis
        && shipment.points().stream().anyMatch(point -> isPoison(point.series()));
  }

  /** Whether the receiver cannot digest a series at times. */
  boolean isPoison(String series) {
    return Draw.fraction(seed, "poison", series) < poison.share;
  }

  /** How long the sender is asked to wait, in seconds. */
  int wait(Shipment shipment, int attempt) {
    return 1 + (int) (chance("wait", shipment, attempt) * longestWait);
  }

  /** How long a request is on its way, in milliseconds. */
  long delay(Shipment shipment, int attempt) {
    return 1_000 + (long) (chance("delay", shipment, attempt) * longestDelay * 1_000);
  }

  int failure(Shipment shipment, int attempt) {
    return FAILURES.get((int) (chance("failure", shipment, attempt) * FAILURES.size()));
  }

  private double chance(String of, Shipment shipment, int attempt) {
    return Draw.fraction(seed, of, shipment.identity(), attempt);
  }
}
