package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.store.run.TestRun;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

class TroubleTest extends WithWorker {
  @Test
  void a_destination_that_denies_our_credentials_pauses_the_export_with_its_words() {
    receiver.answer(LoopbackServer.Answer.of(401, "who are you?"));
    TestRun run = run(1);
    push(run, 10, 10);

    await("paused", () -> export(run).state().equals("paused") && export(run).status().lastError() != null);
    assertThat(export(run).status().lastError()).contains("401", "who are you?");
    assertThat(export(run).status().points().pending()).isPositive();
  }

  @Test
  void a_destination_that_stays_away_is_given_up_after_its_time() {
    receiver.answer(LoopbackServer.Answer.of(503, "not today"));
    TestRun run = run(1);
    push(run, 10, 10);
    await("an error", () -> export(run).status() != null && export(run).status().lastError() != null);
    finish(run);
    jdbc.sql("update run_head set finished_at = finished_at - interval '61 minutes' where test_run_id = ?")
        .param(run.id()).update();

    await("finished", () -> state(run).equals("finished"));
    assertThat(export(run).state()).isEqualTo("gaveUp");
    var report = states().latestReports(java.util.List.of(export(run).id())).get(export(run).id());
    assertThat(report.exact()).isFalse();
    assertThat(report.pending()).isPositive();
  }

  @Test
  void a_worker_that_stops_hands_a_live_run_on_at_once() {
    TestRun run = run(1);
    push(run, 10, 10);
    await("points", () -> accepted(run) > 0);

    stopped(run, "live_task", Long.toString(run.id()));

    long before = worker.getBean(dev.apmexport.store.run.RunExportRepository.class).count();
    push(run, 1, 2);
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    assertThat(before).isPositive();
  }

  @Test
  void a_worker_that_stops_hands_a_second_pass_on_at_once() {
    TestRun run = run(1);
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    receiver.answer(LoopbackServer.Answer.of(503));
    push(run, 5, 10);
    await("a second pass that waits", () -> !receiver.requests().isEmpty());

    stopped(run, "pass_task", Long.toString(export(run).id()));

    receiver.answer(LoopbackServer.Answer.of(204));
    await("done", () -> export(run).state().equals("done"));
  }

  /** Starts another worker, stops the first and sees that the task is free within seconds. */
  private void stopped(TestRun run, String table, String task) {
    ConfigurableApplicationContext first = worker;
    String picker = pickedBy(table, task);
    assertThat(picker).isNotEmpty();
    Instant before = Instant.now();
    first.close();
    assertThat(Duration.between(before, Instant.now())).as("it does not wait until it has to be interrupted")
        .isLessThan(Duration.ofSeconds(18));
    worker = startWorker();
    jdbc = worker.getBean(org.springframework.jdbc.core.simple.JdbcClient.class);
    log = worker.getBean(dev.apmexport.store.log.MetricLog.class);
    await("taken by the next worker", () -> !pickedBy(table, task).isEmpty());
    assertThat(jdbc.sql("select consecutive_failures from " + table + " where task_instance = ?").param(task)
        .query((row, n) -> row.getInt(1)).optional().orElse(0)).isZero();
  }

  private String pickedBy(String table, String task) {
    return jdbc.sql("select coalesce(picked_by, '') from " + table + " where task_instance = ? and picked").param(task)
        .query(String.class).optional().orElse("");
  }

  @Test
  void a_worker_that_lost_its_run_stops_and_the_other_ends_it() {
    TestRun run = run(1);
    push(run, 10, 10);
    await("points", () -> accepted(run) > 0);
    long epoch = epoch(run);
    try (ConfigurableApplicationContext other = startWorker()) {
      // As if the first had been frozen: its task is taken by another.
      jdbc.sql("update live_task set picked = false, picked_by = null, version = version + 1, execution_time = now() "
          + "where task_instance = ?").param(Long.toString(run.id())).update();
      await("taken over", () -> epoch(run) > epoch);
      push(run, 3, 4);
      finish(run);
      await("finished", () -> state(run).equals("finished"));
      assertThat(other.isActive()).isTrue();
    }
    assertThat(export(run).state()).isEqualTo("done");
    assertThat(states().latestReports(java.util.List.of(export(run).id())).get(export(run).id()).exact()).isTrue();
  }

  private long epoch(TestRun run) {
    return jdbc.sql("select epoch from export_epoch where export_id = ?").param(export(run).id()).query(Long.class)
        .optional()
        .orElse(0L);
  }
}
