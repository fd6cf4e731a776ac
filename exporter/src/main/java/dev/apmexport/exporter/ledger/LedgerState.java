package dev.apmexport.exporter.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** All that a ledger holds for one export, as it was when it was loaded. */
public final class LedgerState {
  private record Lane(int pass, int shard) {}

  private final Map<Lane, Map<Long, Booking>> bookings = new HashMap<>();
  private final Map<Lane, Long> settled = new HashMap<>();
  private final Map<Lane, Map<Long, Long>> doubts = new HashMap<>();
  private final Map<Long, List<Rejection>> rejections = new HashMap<>();
  /** Those of a shard's series at one time, of which there may be one for each time of a long outage. */
  private final Map<Integer, Map<Long, List<Rejection>>> ofTimes = new HashMap<>();

  /** Takes up a booking; the steps before it are settled. */
  public void booked(Booking booking) {
    Lane lane = new Lane(booking.pass(), booking.shard());
    bookings.computeIfAbsent(lane, _ -> new HashMap<>()).put(booking.step(), booking);
    settled.merge(lane, booking.step() - 1, Math::max);
  }

  public void settled(int pass, int shard, long step) {
    settled.merge(new Lane(pass, shard), step, Math::max);
  }

  /** See {@link Ledger#doubtful}. */
  public void doubtful(int pass, int shard, long step, long atMillis) {
    doubts.computeIfAbsent(new Lane(pass, shard), _ -> new HashMap<>()).merge(step, atMillis, Math::max);
  }

  public void rejected(Rejection rejection) {
    if (rejection.isOfTime()) {
      ofTimes.computeIfAbsent(rejection.pass(), _ -> new HashMap<>())
          .computeIfAbsent(rejection.fromMillis(), _ -> new ArrayList<>(1)).add(rejection);
    } else {
      rejections.computeIfAbsent(rejection.seriesKey(), _ -> new ArrayList<>()).add(rejection);
    }
  }

  /** The last settled step; -1 if there is none. */
  public long settled(int pass, int shard) {
    return settled.getOrDefault(new Lane(pass, shard), -1L);
  }

  /** The fingerprint of a booked step. */
  public OptionalLong fingerprint(int pass, int shard, long step) {
    Booking booking = bookings.getOrDefault(new Lane(pass, shard), Map.of()).get(step);
    return booking == null ? OptionalLong.empty() : OptionalLong.of(booking.fingerprint());
  }

  /** Whether a step was booked with this fingerprint: other rules, or another log, make other points of it. */
  public boolean isBookedAs(int pass, int shard, long step, long fingerprint) {
    OptionalLong booked = fingerprint(pass, shard, step);
    return booked.isPresent() && booked.getAsLong() == fingerprint;
  }

  /** When a request of a step was last given up without an answer, or its sender found to be gone. */
  public OptionalLong doubtfulSince(int pass, int shard, long step) {
    Long since = doubts.getOrDefault(new Lane(pass, shard), Map.of()).get(step);
    return since == null ? OptionalLong.empty() : OptionalLong.of(since);
  }

  /** The bookings of all passes but the first, the earliest first, each shard's in order. */
  public List<Booking> amendments() {
    return bookings.values().stream().flatMap(steps -> steps.values().stream())
        .filter(booking -> booking.pass() != Booking.FIRST_PASS)
        .sorted(Comparator.comparingInt(Booking::pass).thenComparingInt(Booking::shard)
            .thenComparingLong(Booking::step))
        .toList();
  }

  public boolean isSettled(Booking booking) {
    return booking.step() <= settled(booking.pass(), booking.shard());
  }

  /** Whether a step of the first pass was booked and nothing more: it is not known whether it arrived. */
  public boolean isAmbiguous(int shard, long step) {
    return step > settled(Booking.FIRST_PASS, shard) && fingerprint(Booking.FIRST_PASS, shard, step).isPresent();
  }

  /** Whether that may be so of a step of any of these shards. */
  public boolean hasAmbiguous(int shards) {
    return IntStream.range(0, shards)
        .anyMatch(shard -> nextStep(Booking.FIRST_PASS, shard) > settled(Booking.FIRST_PASS, shard) + 1);
  }

  /** The rejection that covers a point in a pass, if there is one. */
  public Optional<Rejection> rejection(int pass, long seriesKey, long atMillis) {
    return rejections.getOrDefault(seriesKey, List.of()).stream()
        .filter(rejection -> rejection.pass() == pass && rejection.covers(atMillis)).findFirst()
        .or(() -> ofTimes.getOrDefault(pass, Map.of()).getOrDefault(atMillis, List.of()).stream()
            .filter(rejection -> rejection.isOfShardOf(seriesKey)).findFirst());
  }

  /** Whether a point went into requests of a pass, as far as its step did: it was not left out from the first. */
  public boolean wasTried(int pass, long seriesKey, long atMillis) {
    return rejection(pass, seriesKey, atMillis).map(rejection -> rejection.fromMillis() == atMillis).orElse(true);
  }

  /** The latest time of a booked step; {@link Long#MIN_VALUE} if there is none. */
  public long newest(int pass, int shard) {
    return bookings.getOrDefault(new Lane(pass, shard), Map.of()).values().stream().mapToLong(Booking::atMillis).max()
        .orElse(Long.MIN_VALUE);
  }

  /** The number after the last booked step. */
  public long nextStep(int pass, int shard) {
    return bookings.getOrDefault(new Lane(pass, shard), Map.of()).keySet().stream().mapToLong(step -> step + 1).max()
        .orElse(0);
  }
}
