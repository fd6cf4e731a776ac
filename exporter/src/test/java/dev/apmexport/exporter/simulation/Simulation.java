package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.MadeUpRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Plays seeds and judges what they come to. */
final class Simulation {
  private Simulation() {}

  /** Plays one seed; throws where anything is not as it should be, and says how to play it again. */
  static Judged run(long seed, Sabotage sabotage) {
    Scenario scenario = Scenario.draw(seed, MadeUpRun.START, Scenario.Scale.SIMULATED);
    try (SimulatedRun run = new SimulatedRun(scenario, sabotage)) {
      Outcome outcome = run.play();
      Judgement judgement = new Judgement(outcome);
      List<String> faults = judgement.faults();
      if (!faults.isEmpty()) { throw new AssertionError(String.join("\n  ", faults)); }
      return new Judged(outcome, judgement.excused());
    } catch (Exception | AssertionError e) {
      throw new AssertionError("%s%n  %s: %s".formatted(scenario.command(), scenario.kind().title, e.getMessage()), e);
    }
  }

  /**
   * A seed that has passed.
   *
   * @param excused points that could not be brought right, by what kept them from it
   */
  record Judged(Outcome outcome, Map<Excuse, Long> excused) {}

  /** Plays seeds, several at a time; throws what those say that do not pass. */
  static Tally run(long from, int seeds) throws InterruptedException {
    Tally tally = new Tally(seeds);
    List<Callable<Void>> tasks = LongStream.range(from, from + seeds).<Callable<Void>>mapToObj(seed -> () -> {
      try {
        tally.passed(run(seed, Sabotage.NONE));
      } catch (AssertionError e) {
        tally.failed(e);
      }
      return null;
    }).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      for (Future<Void> done : threads.invokeAll(new ArrayList<>(tasks))) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("The simulation itself failed.", e.getCause());
    }
    return tally;
  }
}
