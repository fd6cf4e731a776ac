package dev.apmexport.exporter.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every ledger must do. A test of one says how an export is taken over. */
public abstract class LedgerContract {
  private static final long T = 1_700_000_000_000L;
  private static final Series VUS = new Series("k6_vus", Labels.NONE);
  private static final Series ODD = new Series("k6_odd",
      Labels.of("url", "http://x/\"{},\\\n", "ü", "😀 €", "nul", "a\0b", "long", "x".repeat(5_000)));

  /** The ledger of a new export, in its first holder's hands. */
  protected abstract Ledger first();

  /** The ledger of the export that {@link #first} gave last, in the next holder's hands. */
  protected abstract Ledger takeOver();

  @Test
  void a_new_ledger_holds_nothing() {
    LedgerState state = first().load();
    assertThat(state.settled(0, 0)).isEqualTo(-1);
    assertThat(state.nextStep(0, 0)).isZero();
    assertThat(state.fingerprint(0, 0, 0)).isEmpty();
    assertThat(state.amendments()).isEmpty();
    assertThat(state.rejection(0, VUS.key(), T)).isEmpty();
  }

  @Test
  void a_step_is_booked_before_it_is_settled() {
    Ledger ledger = first();
    ledger.book(live(0, 0, 7));
    LedgerState state = ledger.load();
    assertThat(state.fingerprint(0, 0, 0)).hasValue(7);
    assertThat(state.settled(0, 0)).isEqualTo(-1);
    assertThat(state.nextStep(0, 0)).isEqualTo(1);
    ledger.settle(0, 0, 0);
    assertThat(ledger.load().settled(0, 0)).isZero();
    assertThat(state.settled(0, 0)).as("a state is as it was when it was loaded").isEqualTo(-1);
  }

  @Test
  void the_next_booking_settles_the_one_before_in_its_own_shard_and_pass() {
    Ledger ledger = first();
    ledger.book(live(0, 0, 1));
    ledger.book(live(1, 0, 2));
    ledger.book(amendment(1, 0, 0, new Point(VUS, T, 1)));
    ledger.book(live(0, 1, 3));
    ledger.book(live(0, 2, 4));
    LedgerState state = ledger.load();
    assertThat(state.settled(0, 0)).isEqualTo(1);
    assertThat(state.settled(0, 1)).isEqualTo(-1);
    assertThat(state.settled(1, 0)).isEqualTo(-1);
    assertThat(IntStream.range(0, 3).mapToLong(step -> state.fingerprint(0, 0, step).orElseThrow())).containsExactly(1L,
        3L, 4L);
    assertThat(state.fingerprint(0, 1, 0)).hasValue(2);
  }

  @Test
  void booking_twice_is_booking_once() {
    Ledger ledger = first();
    Booking amendment = amendment(1, 0, 0, new Point(VUS, T, 1));
    ledger.book(live(0, 0, 1));
    ledger.book(live(0, 0, 1));
    ledger.book(amendment);
    ledger.book(amendment);
    LedgerState state = ledger.load();
    assertThat(state.settled(0, 0)).isEqualTo(-1);
    assertThat(state.nextStep(0, 0)).isEqualTo(1);
    assertThat(state.fingerprint(0, 0, 0)).hasValue(1);
    assertThat(state.amendments()).containsExactly(amendment);
  }

  @Test
  void settling_twice_is_settling_once_and_never_goes_back() {
    Ledger ledger = first();
    ledger.book(live(0, 0, 1));
    ledger.book(live(0, 1, 2));
    ledger.settle(0, 0, 1);
    ledger.settle(0, 0, 1);
    ledger.settle(0, 0, 0);
    assertThat(ledger.load().settled(0, 0)).isEqualTo(1);
  }

  @Test
  void every_bit_of_an_amendment_comes_back() {
    double stale = Double.longBitsToDouble(0x7ff0000000000002L);
    List<Point> points = new ArrayList<>();
    double[] values = {0.1 + 0.2, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY, stale, 1e22};
    for (int i = 0; i < values.length; i++) {
      points.add(new Point(new Series("k6_" + i, Labels.of("i", "" + i)), T, values[i]));
    }
    points.add(new Point(ODD, T, 5));
    Ledger ledger = first();
    ledger.book(new Booking(3, 2, 0, T, -1, points.size(), points));
    Booking back = ledger.load().amendments().getFirst();
    assertThat(back.fingerprint()).isEqualTo(-1);
    assertThat(back.atMillis()).isEqualTo(T);
    assertThat(back.points()).isEqualTo(points.size());
    assertThat(back.amendments()).extracting(Point::series).isEqualTo(points.stream().map(Point::series).toList());
    assertThat(back.amendments()).extracting(point -> Double.doubleToRawLongBits(point.value()))
        .isEqualTo(points.stream().map(point -> Double.doubleToRawLongBits(point.value())).toList());
    assertThat(back.amendments()).allMatch(point -> point.atMillis() == T);
  }

  @Test
  void amendments_come_back_by_pass_shard_and_step() {
    Ledger ledger = first();
    Booking[] bookings = {amendment(1, 0, 0, new Point(VUS, T, 1)), amendment(1, 0, 1, new Point(VUS, T + 1, 1)),
        amendment(1, 1, 0, new Point(VUS, T, 2)), amendment(2, 0, 0, new Point(VUS, T, 3))};
    for (int i : new int[]{3, 2, 0, 1}) {
      ledger.book(bookings[i]);
    }
    ledger.book(live(0, 0, 1));
    ledger.settle(1, 1, 0);
    LedgerState state = ledger.load();
    assertThat(state.amendments()).containsExactly(bookings);
    assertThat(state.amendments()).filteredOn(state::isSettled).containsExactly(bookings[0], bookings[2]);
    assertThat(state.nextStep(1, 0)).isEqualTo(2);
  }

  @Test
  void a_rejection_covers_its_series_its_times_and_its_pass() {
    Ledger ledger = first();
    Rejection some = new Rejection(0, VUS.key(), VUS.toString(), T, T + 10, "out of order sample: \"ü\"");
    ledger.reject(some);
    ledger.reject(some);
    LedgerState state = ledger.load();
    assertThat(state.rejection(0, VUS.key(), T)).contains(some);
    assertThat(state.rejection(0, VUS.key(), T + 10)).contains(some);
    assertThat(state.rejection(0, VUS.key(), T - 1)).isEmpty();
    assertThat(state.rejection(0, VUS.key(), T + 11)).isEmpty();
    assertThat(state.rejection(1, VUS.key(), T)).isEmpty();
    assertThat(state.rejection(0, ODD.key(), T)).isEmpty();
  }

  @Test
  void a_quarantine_covers_all_that_follows() {
    Ledger ledger = first();
    ledger.reject(Rejection.quarantine(2, ODD, T, "poison"));
    assertThat(ledger.load().rejection(2, ODD.key(), Long.MAX_VALUE)).get().extracting(Rejection::reason)
        .isEqualTo("poison");
    assertThat(ledger.load().rejection(2, ODD.key(), T - 1)).isEmpty();
  }

  @Test
  void a_step_whose_request_was_not_answered_stays_doubtful_with_the_time_of_the_last_one() {
    Ledger ledger = first();
    ledger.book(live(0, 0, 1));
    ledger.book(live(0, 1, 2));
    ledger.book(amendment(1, 0, 1, new Point(VUS, T, 1)));
    assertThat(ledger.load().doubtfulSince(0, 0, 1)).isEmpty();
    ledger.doubtful(0, 0, 1, T + 5);
    ledger.doubtful(0, 0, 1, T + 9);
    ledger.doubtful(0, 0, 1, T + 7);
    ledger.book(live(0, 1, 2));
    ledger.settle(0, 0, 1);
    for (LedgerState state : List.of(ledger.load(), ledger.loadRejections(), takeOver().load())) {
      assertThat(state.doubtfulSince(0, 0, 1)).hasValue(T + 9);
      assertThat(state.doubtfulSince(0, 0, 0)).isEmpty();
      assertThat(state.doubtfulSince(0, 1, 1)).isEmpty();
      assertThat(state.doubtfulSince(1, 0, 1)).isEmpty();
    }
  }

  @Test
  void the_next_holder_finds_all_that_was_written_and_goes_on() {
    Ledger before = first();
    before.book(live(0, 0, 1));
    before.book(live(0, 1, 2));
    before.reject(Rejection.quarantine(0, VUS, T, "poison"));
    before.book(amendment(1, 0, 0, new Point(VUS, T, 1)));
    Ledger after = takeOver();
    assertThat(after.load().settled(0, 0)).isZero();
    assertThat(after.load().rejection(0, VUS.key(), T)).isPresent();
    assertThat(after.load().amendments()).hasSize(1);
    after.book(live(0, 1, 2));
    after.settle(0, 0, 1);
    assertThat(after.load().settled(0, 0)).isEqualTo(1);
  }

  @Test
  void a_holder_that_lost_the_export_can_write_nothing() {
    Ledger before = first();
    before.book(live(0, 0, 1));
    Ledger after = takeOver();
    assertThatThrownBy(() -> before.book(live(0, 1, 2))).isInstanceOf(Fenced.class);
    assertThatThrownBy(() -> before.settle(0, 0, 0)).isInstanceOf(Fenced.class);
    assertThatThrownBy(() -> before.doubtful(0, 0, 0, T)).isInstanceOf(Fenced.class);
    assertThatThrownBy(() -> before.reject(Rejection.quarantine(0, VUS, T, "late"))).isInstanceOf(Fenced.class);
    LedgerState state = after.load();
    assertThat(state.nextStep(0, 0)).isEqualTo(1);
    assertThat(state.settled(0, 0)).isEqualTo(-1);
    assertThat(state.rejection(0, VUS.key(), T)).isEmpty();
    assertThat(state.doubtfulSince(0, 0, 0)).isEmpty();
    Ledger third = takeOver();
    assertThatThrownBy(() -> after.book(live(0, 1, 2))).isInstanceOf(Fenced.class);
    third.book(live(0, 1, 2));
  }

  @Test
  void several_threads_may_write_at_once() throws InterruptedException {
    Ledger ledger = first();
    List<Thread> threads = IntStream.range(0, 4).mapToObj(shard -> Thread.ofPlatform().start(() -> {
      for (int step = 0; step < 50; step++) {
        ledger.book(live(shard, step, step));
      }
      ledger.settle(0, shard, 49);
    })).toList();
    for (Thread thread : threads) {
      thread.join();
    }
    LedgerState state = ledger.load();
    assertThat(IntStream.range(0, 4)).allMatch(shard -> state.settled(0, shard) == 49);
    assertThat(IntStream.range(0, 50)).allMatch(step -> state.fingerprint(0, 3, step).orElseThrow() == step);
  }

  private static Booking live(int shard, long step, long fingerprint) {
    return new Booking(0, shard, step, T + step, fingerprint, 10, List.of());
  }

  private static Booking amendment(int pass, int shard, long step, Point point) {
    return new Booking(pass, shard, step, point.atMillis(), 5, 1, List.of(point));
  }
}
