package dev.apmexport.exporter.simulation;

import org.junit.jupiter.api.Test;

/** Plays as many seeds as asked for; what {@code ./test sim} runs, and nothing else does. */
class LongSimulation {
  @Test
  void all_seeds_asked_for_pass() throws InterruptedException {
    Tally tally = Simulation.run(Long.getLong("apm.sim.from", 1), Integer.getInteger("apm.sim.seeds", 50));
    System.out.print(tally.table());
    SimulationTest.assertPassed(tally);
  }
}
