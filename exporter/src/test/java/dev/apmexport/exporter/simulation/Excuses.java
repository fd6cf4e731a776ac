package dev.apmexport.exporter.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Tells of points that are not right why they cannot be, by what happened to them on their way, in the log and at the
 * receiver. What the report says of a point counts nowhere; but where it says that all is exact, or that nothing is
 * pending, the excuses for the contrary do not hold.
 */
final class Excuses {
  private static final long HOUR = Duration.ofHours(1).toMillis();
  /** So much less than a receiver allows counts as too old, since sending takes time. */
  private static final long MARGIN = Duration.ofMinutes(1).toMillis();
  /** Who failed this long before the deadline had not come to rest: no wait between two tries is longer. */
  private static final long LONGEST_WAIT = Duration.ofSeconds(60).toMillis();

  /** In less than that nobody can be sure that it is some series that a receiver fails for, and not the receiver. */
  private static final int ENOUGH_SECONDS = 1_800;

  private final Outcome outcome;
  private final Oracle oracle;
  private final Oracle punctual;
  private final long newest;
  private final Map<Excuse, Long> counts = new EnumMap<>(Excuse.class);

  Excuses(Outcome outcome, Oracle oracle) {
    this.outcome = outcome;
    this.oracle = oracle;
    this.punctual = Oracle.ofPunctual(outcome);
    this.newest = outcome.held().values().stream().filter(points -> !points.isEmpty()).mapToLong(NavigableMap::lastKey)
        .max().orElse(0);
  }

  /** How many points each excuse was found for. */
  Map<Excuse, Long> counts() {
    return counts;
  }

  /** @param held of the place's series, without the mark of its end */
  Optional<Excuse> of(Shipment.Place place, NavigableMap<Long, Double> held) {
    Optional<Excuse> excuse = Stream.of(Excuse.values()).filter(one -> isTrue(one, place, held)).findFirst();
    excuse.ifPresent(one -> counts.merge(one, 1L, Long::sum));
    return excuse;
  }

  /** Of the point that continues a total, if any is needed, to end with what is right. */
  Optional<Excuse> ofClosing(Shipment.Place place) {
    return Stream.of(Excuse.values()).filter(one -> isTrue(one, place, new TreeMap<>())).findFirst();
  }

  private boolean isTrue(Excuse excuse, Shipment.Place place, NavigableMap<Long, Double> held) {
    boolean continues = held.ceilingKey(place.atMillis()) == null;
    return switch (excuse) {
      case MOVED_ON -> !(continues && isBeforeNoMark(place)) && !takesOlder() && isLate(place);
      case NEWEST -> takesOlderOnce() && !held.isEmpty() && held.lastKey() == place.atMillis() && isLate(place);
      case SPOILT -> takesOlderOnce() && held.containsKey(place.atMillis()) && outcome.wire().arrivedLate(place)
          && !outcome.report().exact();
      case TOO_OLD -> isTooOld(place, continues);
      case POISONED -> outcome.scenario().faults().isPoison(place.series()) && isPoisonedInTheEnd(place.series());
      case DEADLINE -> outcome.report().pending() > 0 && isOutOfTime();
    };
  }

  /**
   * Whether a point was brought right, maybe, and an answer is missing: then a request with what it was before may be
   * stored, or still be on its way when its only correction is sent.
   */
  boolean isDoubtful(Shipment.Place place) {
    return !outcome.scenario().kind().isDatadog() && isLate(place) && outcome.wire().unanswered(place);
  }

  private boolean isBeforeNoMark(Shipment.Place place) {
    return outcome.held().getOrDefault(place.series(), new TreeMap<>()).tailMap(place.atMillis()).values().stream()
        .noneMatch(value -> Double.isNaN(value));
  }

  /** Whether the block says that the receiver takes what does not continue a series. */
  private boolean takesOlder() {
    return outcome.scenario().kind().isDatadog() || takesOlderOnce();
  }

  private boolean takesOlderOnce() {
    return outcome.scenario().wish().outOfOrder() && outcome.scenario().kind().canBeCorrected();
  }

  private boolean isTooOld(Shipment.Place place, boolean continues) {
    long end = outcome.times().lastPassTo();
    if (outcome.scenario().kind().isDatadog()) { return place.atMillis() < end - HOUR + MARGIN; }
    if (continues) { return place.atMillis() < newest - HOUR + MARGIN; }
    return takesOlderOnce() && isLate(place) && place.atMillis() < end - Wish.OUT_OF_ORDER.toMillis() + MARGIN;
  }

  /** Whether what came when it could be waited for no more has made the point what it should be. */
  private boolean isLate(Shipment.Place place) {
    return oracle.isOfLateData(place)
        || !oracle.isTotal(place.series()) && !Judgement.same(at(punctual, place), at(oracle, place));
  }

  private static Double at(Oracle oracle, Shipment.Place place) {
    return oracle.points().getOrDefault(place.series(), new TreeMap<>()).get(place.atMillis());
  }

  /** Whether that was so when the last pass sent it, or still was when there was no time for that. */
  private boolean isPoisonedInTheEnd(String series) {
    Outcome.Times times = outcome.times();
    boolean stillThen = outcome.report().pending() > 0
        && outcome.scenario().faults().poison().toMillis() > times.giveUpAt();
    return outcome.wire().poisoned(series, stillThen ? Long.MIN_VALUE : times.lastPassFrom());
  }

  private boolean isOutOfTime() {
    Outcome.Times times = outcome.times();
    Set<Fault> ways = EnumSet.complementOf(EnumSet.of(Fault.NONE));
    if (outcome.scenario().patienceSeconds() >= ENOUGH_SECONDS) {
      ways.remove(Fault.POISONED);
    }
    return times.correctFrom() >= times.giveUpAt()
        || outcome.wire().failed(ways, times.giveUpAt() - LONGEST_WAIT, times.giveUpAt());
  }
}
