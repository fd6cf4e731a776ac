package dev.apmexport.exporter.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whole runs made up at random, with receivers, a network and workers that fail. What the receiver holds in the end is
 * what is right, and where it cannot be, the report says so. {@code ./test sim} plays as many as one likes.
 */
@Timeout(300)
class SimulationTest {
  @Test
  void fifty_runs_come_to_what_is_right_or_say_where_they_do_not() throws InterruptedException {
    assertPassed(Simulation.run(1, 50));
  }

  static void assertPassed(Tally tally) {
    assertThat(tally.failures()).as(() -> tally.failures().getFirst().getMessage()).isEmpty();
  }
}
