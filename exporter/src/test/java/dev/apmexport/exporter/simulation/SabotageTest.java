package dev.apmexport.exporter.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.MadeUpRun;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulation finds what it is there to find. */
@Timeout(300)
class SabotageTest {
  private static final int SEEDS = 40;
  /** From here on so many seeds as there are receivers, whose fold is not exchanged meanwhile. */
  private static final int ONE_OF_EACH = 6;
  private static final int PASSES = 3;
  private static final int LONGEST_SECONDS = 5_000;

  @Test
  void a_receiver_that_says_it_took_a_request_and_did_not_is_found() {
    assertThat(finding(seed -> new Sabotage(ledger -> ledger, shipment -> isLost(seed, shipment))))
        .contains("is not among the refused");
  }

  @Test
  void a_ledger_that_forgets_a_rejection_is_found() {
    assertThat(finding(_ -> new Sabotage(Forgetful::new, _ -> false))).contains("is not among the refused");
  }

  @Test
  void a_ledger_that_settles_a_step_before_it_is_sent_is_found() {
    assertThat(finding(_ -> new Sabotage(Hasty::new, _ -> false)))
        .containsAnyOf("is not among the refused", " points are wrong, ");
  }

  @Test
  void a_ledger_that_says_nothing_was_taken_so_that_nothing_is_sent_is_found_with_every_receiver() {
    for (long seed = ONE_OF_EACH; seed < ONE_OF_EACH + ReceiverKind.values().length; seed++) {
      long one = seed;
      assertThatThrownBy(() -> Simulation.run(one, new Sabotage(Lazy::new, _ -> false)))
          .hasMessageContaining("nothing kept the receiver from holding that");
    }
  }

  @Test
  void what_a_failing_seed_says_begins_with_how_to_play_it_again() {
    assertThat(finding(seed -> new Sabotage(ledger -> ledger, shipment -> isLost(seed, shipment))))
        .matches("(?s)\\./test sim --from \\d+ --seeds 1\\R .+");
  }

  private static boolean isLost(long seed, Shipment shipment) {
    return !shipment.points().isEmpty() && Draw.fraction(seed, "lost", shipment.identity()) < 0.05;
  }

  /** What the first seed says that does not pass. */
  private static String finding(LongFunction<Sabotage> sabotage) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        Simulation.run(seed, sabotage.apply(seed));
      } catch (AssertionError found) {
        return found.getMessage();
      }
    }
    throw new AssertionError("Not found with " + SEEDS + " seeds.");
  }

  /** Passes all on. */
  private static class Passing implements Ledger {
    final Ledger ledger;

    Passing(Ledger ledger) {
      this.ledger = ledger;
    }

    @Override
    public LedgerState load() {
      return ledger.load();
    }

    @Override
    public void book(Booking booking) {
      ledger.book(booking);
    }

    @Override
    public void settle(int pass, int shard, long step) {
      ledger.settle(pass, shard, step);
    }

    @Override
    public void doubtful(int pass, int shard, long step, long atMillis) {
      ledger.doubtful(pass, shard, step, atMillis);
    }

    @Override
    public void reject(Rejection rejection) {
      ledger.reject(rejection);
    }
  }

  private static final class Forgetful extends Passing {
    Forgetful(Ledger ledger) {
      super(ledger);
    }

    @Override
    public void reject(Rejection rejection) {}
  }

  /** To it every point of a run is refused. */
  private static final class Lazy extends Passing {
    Lazy(Ledger ledger) {
      super(ledger);
    }

    @Override
    public LedgerState load() {
      LedgerState state = super.load();
      for (int pass = 0; pass <= PASSES; pass++) {
        for (long second = -1; second <= LONGEST_SECONDS; second++) {
          state.rejected(Rejection.ofTime(pass, 0, 1, (MadeUpRun.START + second) * 1000, "not today"));
        }
      }
      return state;
    }
  }

  private static final class Hasty extends Passing {
    Hasty(Ledger ledger) {
      super(ledger);
    }

    @Override
    public void book(Booking booking) {
      ledger.book(booking);
      ledger.settle(booking.pass(), booking.shard(), booking.step());
    }
  }
}
