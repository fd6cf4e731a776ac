package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The series of one lane that are left out after a point of theirs was refused, and of which times. */
final class Quarantine {
  /**
   * Receivers that take samples in order take none an hour older than their newest, so of a stretch that is too old the
   * younger end may be good.
   */
  private static final Duration SURELY_TAKEN = Duration.ofMinutes(59);
  /** To find out that the destination fails for a series takes a minute, which cannot be done for each point. */
  private static final Duration AFTER_FAILING = Duration.ofMinutes(5);

  private final Delivery.Means means;
  /** What stands before the first time of one, a correction, may still be taken. */
  private final Map<Long, Span> spans = new HashMap<>();

  private record Span(long fromMillis, long toMillis) {
    boolean isForGood() {
      return toMillis == Long.MAX_VALUE;
    }
  }

  Quarantine(Delivery.Means means) {
    this.means = means;
  }

  boolean holds(Series series, long atMillis) {
    Span span = spans.get(series.key());
    return span != null && span.fromMillis <= atMillis && atMillis <= span.toMillis;
  }

  /** Takes up a series of which a point was refused; returns what is to be noted of it. */
  Rejection take(int pass, Series series, Transmission.Refused part) {
    long at = part.points().atMillis();
    Span before = spans.get(series.key());
    Span span = before != null && before.isForGood() ? new Span(Math.min(before.fromMillis, at), Long.MAX_VALUE)
        : new Span(at, until(pass, part, before == null));
    spans.put(series.key(), span);
    return new Rejection(pass, series.key(), series.toString(), at, span.toMillis, part.reason());
  }

  /** @param first whether no other point of the series was refused before */
  private long until(int pass, Transmission.Refused part, boolean first) {
    long at = part.points().atMillis();
    if (!means.quarantines()) { return part.failing() ? at + AFTER_FAILING.toMillis() : at; }
    long surelyTaken = means.time().millis() - SURELY_TAKEN.toMillis();
    boolean mayBeTooOld = pass != Booking.FIRST_PASS && means.amendment() instanceof Amendment.Refused
        && at < surelyTaken;
    return first && mayBeTooOld ? surelyTaken : Long.MAX_VALUE;
  }
}
