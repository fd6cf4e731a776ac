package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Which series of a lane the destination was seen to take. */
final class TakenSeries {
  private final LedgerState booked;
  private final Gate gate;
  private final Set<Long> taken = new HashSet<>();

  TakenSeries(LedgerState booked, Gate gate) {
    this.booked = booked;
    this.gate = gate;
  }

  void took(int pass, Batch batch) {
    if (pass == Booking.FIRST_PASS && batch.size() > 0) {
      gate.seenToTake();
      for (Series series : batch.series()) {
        taken.add(series.key());
      }
    }
  }

  /**
   * Whether a batch has only points that might well be bad: in the first pass, of series that were never taken while
   * others were, of this lane or another; later, such as the first pass could not get through.
   */
  boolean isStrange(int pass, Batch batch) {
    return pass == Booking.FIRST_PASS
        ? gate.wasSeenToTake() && Arrays.stream(batch.series()).noneMatch(series -> taken.contains(series.key()))
        : Arrays.stream(batch.series()).allMatch(
            series -> booked.rejection(Booking.FIRST_PASS, series.key(), batch.atMillis()).isPresent());
  }
}
