package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whole runs made up at random, with a receiver, a network and workers that fail. What holds in the end is what the
 * report says.
 */
@Timeout(300)
class RandomRunTest {
  private static final int RUNS = Integer.getInteger("apm.test.runs", 6);

  @Test
  void without_late_data_every_point_is_right_whatever_fails() throws InterruptedException {
    long base = System.nanoTime();
    for (long seed = base; seed < base + RUNS; seed++) {
      try (PlayedRun played = play(seed, 0, Duration.ZERO)) {
        played.assertBalanced("seed " + seed);
        ReconciliationReport report = played.secondPass(1).report();
        assertThat(played.assertTrue(report, "seed " + seed)).as("seed " + seed).isZero();
        assertThat(report.asExpected()).as("seed " + seed).isEqualTo(report.expected());
      }
    }
  }

  @Test
  void with_late_data_totals_end_right_and_the_report_names_all_that_is_not() throws InterruptedException {
    long base = System.nanoTime();
    long wrong = 0;
    for (long seed = base; seed < base + RUNS; seed++) {
      try (PlayedRun played = play(seed, 0.03, Duration.ZERO)) {
        wrong += played.assertTrue(played.secondPass(1).report(), "seed " + seed);
      }
    }
    assertThat(wrong).as("the test is about something").isPositive();
  }

  @Test
  void a_receiver_that_takes_samples_out_of_order_is_corrected_but_for_the_newest() throws InterruptedException {
    long base = System.nanoTime();
    for (long seed = base; seed < base + RUNS; seed++) {
      try (PlayedRun played = play(seed, 0.03, Duration.ofMinutes(30))) {
        ReconciliationReport report = played.secondPass(1).report();
        played.assertTrue(report, "seed " + seed);
        assertThat(report.refusals()).as("seed " + seed)
            .allMatch(
                refusal -> PlayedRun.isDoubted(refusal) || refusal.reason().endsWith("the series' newest sample"));
        assertThat(report.corrected() + PlayedRun.doubted(report)).as("seed " + seed).isPositive();
      }
    }
  }

  @Test
  void a_second_pass_that_dies_is_finished_by_the_next_worker() throws InterruptedException {
    long base = System.nanoTime();
    for (long seed = base; seed < base + RUNS; seed++) {
      try (PlayedRun played = play(seed, 0.03, seed % 2 == 0 ? Duration.ZERO : Duration.ofMinutes(30))) {
        played.exporter.close();
        Random random = new Random(seed);
        for (int tries = 0; tries < 3; tries++) {
          played.ledger = played.ledger.takeOver();
          dieWithin(played, random);
        }
        played.assertTrue(played.secondPass(1).report(), "seed " + seed);
      }
    }
  }

  private static void dieWithin(PlayedRun played, Random random) throws InterruptedException {
    try {
      played.secondPass(1, new DyingLedger(played.ledger, random.nextInt(20)), Duration.ofMinutes(5));
    } catch (Fenced died) {
      assertThat(died).hasMessage("died");
    }
  }

  @Test
  void a_second_pass_run_again_sends_nothing() throws InterruptedException {
    try (PlayedRun played = play(System.nanoTime(), 0.03, Duration.ofMinutes(30))) {
      ReconciliationReport first = played.secondPass(1).report();
      int requests = played.prometheus.requests();
      ReconciliationReport again = played.secondPass(1).report();
      ReconciliationReport next = played.secondPass(2).report();
      assertThat(played.prometheus.requests()).isEqualTo(requests);
      assertThat(again).usingRecursiveComparison().ignoringFields("refusals").isEqualTo(first);
      assertThat(next.expected()).isEqualTo(first.expected());
      assertThat(next.filled() + next.corrected()).isZero();
      played.assertTrue(next, "next");
    }
  }

  /** Plays a run to its end, the live deliveries drained. */
  static PlayedRun play(long seed, double lateShare, Duration outOfOrder) throws InterruptedException {
    Random random = new Random(seed);
    MadeUpRun run = new MadeUpRun(random, 1 + random.nextInt(3), 1 + random.nextInt(3), 40 + random.nextInt(60));
    PlayedRun played = new PlayedRun(run, 1 + random.nextInt(10), outOfOrder);
    Random faults = new Random(seed + 1);
    List<Fault> kinds = List.of(Fault.BUSY, Fault.FAILED, Fault.LOST, Fault.STORED_AND_LOST, Fault.STORED_AND_FAILED);
    played.prometheus.faults(() -> {
      synchronized (faults) {
        return faults.nextInt(4) == 0 ? kinds.get(faults.nextInt(kinds.size())) : Fault.NONE;
      }
    });
    for (MadeUpRun.Push push : run.pushes(lateShare)) {
      played.append(push);
      if (random.nextInt(3) > 0) {
        played.advance();
      }
      if (random.nextInt(60) == 0) {
        played.kill();
      }
    }
    played.finish();
    return played;
  }
}
