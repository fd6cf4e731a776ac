package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The series of one lane and pass that are left out after a point of theirs was refused, and of which times. The first
 * pass leaves a series out for good, so that what is missing stays in one piece for a later pass, but for what is
 * merely too old. A later pass tries again: past what is too old, and then after as long a time as was refused in a
 * row. So it sends few points in vain, and loses no more than twice what it had to lose.
 */
final class Quarantine {
  /** To find out that the destination fails for a series takes minutes, which cannot be done for each point. */
  private static final Duration AFTER_FAILING = Duration.ofMinutes(5);
  /** A series that was refused so often in a row is left out for good if nothing shorter is left. */
  private static final int SEVERAL = 3;

  private final int pass;
  private final Delivery.Means means;
  private final AgeLimits limits;
  private final long sentThrough;
  /** By series, from the first time to the last. What stands before, a correction, may still be taken. */
  private final Map<Long, TreeMap<Long, Long>> spans = new HashMap<>();
  private final Map<Long, Trial> trials = new HashMap<>();
  /** The latest point of each series that this pass brought, if it is a later pass. */
  private final Map<Long, Long> newest = new HashMap<>();

  /**
   * A series of which nothing was taken since a point of it was refused.
   *
   * @param fromMillis the first time that was refused for another reason than its age, as far as the block tells
   * @param youngMillis since when points were young enough for any receiver when that was
   * @param refused how often it was in a row
   */
  private record Trial(long fromMillis, long youngMillis, int refused) {
    /** For how long it was refused, up to now; what is young enough for any receiver counts by itself. */
    long length(long atMillis) {
      return atMillis - (atMillis < youngMillis ? fromMillis : Math.max(fromMillis, youngMillis));
    }
  }

  /** @param sentThrough the latest time that the first pass has sent, as far as this pass knows */
  Quarantine(int pass, Delivery.Means means, long sentThrough) {
    this.pass = pass;
    this.sentThrough = sentThrough;
    this.means = means;
    this.limits = AgeLimits.of(pass, means.amendment());
  }

  boolean holds(Series series, long atMillis) {
    TreeMap<Long, Long> held = spans.get(series.key());
    Entry<Long, Long> span = held == null ? null : held.floorEntry(atMillis);
    return span != null && atMillis <= span.getValue();
  }

  /**
   * Whether every series of a batch was refused when it was last sent, in a pass that sets right what may be older than
   * the destination takes.
   */
  boolean isOnTrial(Batch batch) {
    return pass != Booking.FIRST_PASS && means.amendment() instanceof Amendment.OutOfOrder
        && Arrays.stream(batch.series()).allMatch(series -> trials.containsKey(series.key()));
  }

  /** Notes that the destination took these points. */
  void took(Batch batch) {
    boolean first = pass == Booking.FIRST_PASS;
    if (first && trials.isEmpty()) { return; }
    for (Series series : batch.series()) {
      trials.remove(series.key());
      if (!first) {
        newest.merge(series.key(), batch.atMillis(), Math::max);
      }
    }
  }

  /** Takes up a series of which a point was refused; returns what is to be noted of it. */
  Rejection take(Series series, Transmission.Refused part) {
    long at = part.points().atMillis();
    long until = means.quarantines() ? until(series, part) : untilSoon(part);
    TreeMap<Long, Long> held = spans.computeIfAbsent(series.key(), _ -> new TreeMap<>());
    if (!means.quarantines()) {
      held.clear(); // it never ends, and never goes back
    }
    held.put(at, until);
    return new Rejection(pass, series.key(), series.toString(), at, until, part.reason());
  }

  private AgeLimits limits(Transmission.Refused part) {
    return part.failing() ? limits.surely() : limits;
  }

  /** Where no later pass comes. */
  private long untilSoon(Transmission.Refused part) {
    long at = part.points().atMillis();
    return part.failing()
        ? Math.max(at + AFTER_FAILING.toMillis(), limits(part).youngestAt(means.time().millis()) - 1) : at;
  }

  private long until(Series series, Transmission.Refused part) {
    long at = part.points().atMillis();
    if (at < newest.getOrDefault(series.key(), Long.MIN_VALUE)) { return at; }
    Trial trial = trial(trials.get(series.key()), at, limits(part));
    trials.put(series.key(), trial);
    if (pass == Booking.FIRST_PASS) { return untilYoung(part, trial); }
    // A destination that takes no corrections, though its block says so, still takes what continues a series.
    return at <= sentThrough && !part.failing() ? Math.min(untilNextTry(part, trial), sentThrough)
        : untilNextTry(part, trial);
  }

  private Trial trial(@Nullable Trial before, long at, AgeLimits limit) {
    long now = means.time().millis();
    return before == null || before.fromMillis > at
        ? new Trial(Math.max(at, limit.oldestAt(now)), limit.youngestAt(now), 1)
        : new Trial(before.fromMillis, before.youngMillis, before.refused + 1);
  }

  private long untilYoung(Transmission.Refused part, Trial trial) {
    long at = part.points().atMillis();
    long now = means.time().millis();
    AgeLimits limit = limits(part);
    if (trial.refused >= SEVERAL || at >= limit.youngestAt(now)) { return Long.MAX_VALUE; }
    return (at < limit.oldestAt(now) ? limit.oldestAt(now) : limit.youngestAt(now)) - 1;
  }

  private long untilNextTry(Transmission.Refused part, Trial trial) {
    long at = part.points().atMillis();
    long now = means.time().millis();
    long young = limits(part).oldestAt(now);
    long next = at + Math.max(part.failing() ? AFTER_FAILING.toMillis() : 0, trial.length(at));
    if (at < young) { return Math.max(next, young - 1); }
    if (part.failing() && trial.refused == 1 && !limits.mayForbid(at, now)) { return Long.MAX_VALUE; }
    if (at < trial.youngMillis) { return Math.min(next, trial.youngMillis - 1); }
    return next >= now && trial.refused >= SEVERAL ? Long.MAX_VALUE : next;
  }
}
