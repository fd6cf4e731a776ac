package dev.apmexport.exporter.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Plays as many seeds as asked for; what {@code ./test sim} runs, and nothing else does. */
class LongSimulation {
  @Test
  void all_seeds_asked_for_pass() throws InterruptedException {
    int seeds = Integer.parseInt(System.getProperty("apm.sim.seeds", "50"));
    assertThat(seeds).as("apm.sim.seeds").isPositive();
    Tally tally = Simulation.run(Long.parseLong(System.getProperty("apm.sim.from", "1")), seeds);
    System.out.print(tally.table());
    SimulationTest.assertPassed(tally);
  }
}
