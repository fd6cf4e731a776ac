package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.apmexport.standalone.demo.ServiceClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A push that comes after the end of its run: it is counted, and the run comes to its end all the same. */
class LateIT extends WithPrometheus {
  private static final double SPEED = 100;
  /** Less than the 200 s for which pushes are taken after the end. */
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  @Test
  void a_push_right_behind_the_finish_does_not_keep_the_run_from_ending() throws Exception {
    try (ServiceClient client = service.client()) {
      ExportedRun exported = ExportedRun.create(client, prometheus);
      int last = exported.run().pushCount() - 1;
      exported.run().play(0, last, SPEED, LateIT::ignore);
      exported.run().finish();
      exported.run().play(last, last + 1, SPEED, LateIT::ignore);

      // If the second pass was quicker than the push, the run has ended before, and another pass brings it.
      await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1))
          .untilAsserted(() -> exported.assertTotals(exported.run().awaitEnd(PATIENCE)));
    }
  }

  @Test
  void a_push_after_the_second_pass_makes_another_one() throws Exception {
    try (ServiceClient client = service.client()) {
      ExportedRun exported = ExportedRun.create(client, prometheus);
      int last = exported.run().pushCount() - 1;
      exported.run().play(0, last, SPEED, LateIT::ignore);
      exported.run().finish();
      assertThat(revision(exported.run().awaitEnd(PATIENCE))).isOne();
      exported.run().play(last, last + 1, SPEED, LateIT::ignore);

      exported.assertTotals(exported.awaitRevision(2, PATIENCE));
    }
  }

  private static int revision(JsonNode run) {
    return run.path("exports").path(0).path("reconciliation").path("revision").asInt();
  }

  private static void ignore(double progress) {}
}
