package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.db.TestPostgres;
import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.store.archive.StoredArchives;
import dev.apmexport.store.loadtest.ArchiveUploads;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.work.Work;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpkeepTest extends WithWorker {
  private static final TestPostgres.Database OWN = TestPostgres.freshDatabase();

  /** Without what other tests have left, which upkeep would go over as well. */
  @Override
  protected TestPostgres.Database database() {
    return OWN;
  }

  @Test
  void what_belongs_to_a_run_that_never_began_is_forgotten_in_the_end() {
    TestRun old = run(0);
    TestRun young = run(0);
    for (TestRun run : List.of(old, young)) {
      worker.getBean(ApiTokenRepository.class).save(ApiToken.forRun(run.tenant(), run.id(), ApiToken.random()));
      new ArchiveUploads(jdbc).allow(run.id(), 100);
      StoredArchives archives = new StoredArchives(jdbc);
      archives.give(archives.begin(run.tenant()), run);
      jdbc.sql("insert into run_log_head (test_run_id) values (?)").param(run.id()).update();
    }
    jdbc.sql("update test_run set created_at = now() - interval '1 year' where id = ?").param(old.id()).update();
    jdbc.sql("update archive_upload set expires_at = now() - interval '1 year' where test_run_id = ?").param(old.id())
        .update();

    upkeepBegins();
    await("forgotten", () -> rows(old) == 0);
    assertThat(rows(young)).isEqualTo(4);
  }

  @Test
  void passes_that_wait_for_dead_destinations_do_not_hold_it_up() {
    receiver.answer(Answer.of(503));
    for (int waiting = 0; waiting < 8; waiting++) {
      TestRun run = run(1);
      states().state(export(run).id(), ExportStatus.State.RECONCILING); // so that it gets no live pass
      append(run);
      log.finish(run.id(), true, "{}".getBytes(StandardCharsets.UTF_8));
      worker.getBean(Work.class).secondPass(export(run).id());
    }
    await("passes wait", () -> receiver.requests().size() >= 4);
    TestRun old = run(0);
    jdbc.sql("insert into run_log_head (test_run_id) values (?)").param(old.id()).update();
    jdbc.sql("update test_run set created_at = now() - interval '1 year' where id = ?").param(old.id()).update();

    upkeepBegins();
    await("forgotten", () -> rows(old) == 0);
  }

  @Test
  void a_part_of_it_that_fails_keeps_the_others_from_nothing() {
    TestRun old = run(0);
    jdbc.sql("insert into run_log_head (test_run_id) values (?)").param(old.id()).update();
    jdbc.sql("update test_run set created_at = now() - interval '1 year' where id = ?").param(old.id()).update();
    jdbc.sql("alter table run_series rename to hidden").update();
    try {
      upkeepBegins();
      await("forgotten", () -> rows(old) == 0);
    } finally {
      jdbc.sql("alter table hidden rename to run_series").update();
    }
  }

  /** From now on, and not before: on a new database its first turn comes by itself, beside what a test begins with. */
  private void upkeepBegins() {
    await("no turn is under way", () -> jdbc.sql("""
        update pass_task set execution_time = now(), version = version + 1
        where task_name = 'log' and last_success is not null and not picked""").update() == 1);
  }

  private void append(TestRun run) {
    long now = Instant.now().getEpochSecond();
    log.append(run.id(), new MetricLog.Entry(Kind.METRIC_SET, "", "only", Duration.ofHours(1), now, now,
        new MetricSets(1).counter("http_reqs", Labels.NONE, now, 5).packed()));
  }

  /** All that is kept of a run's beginning. */
  private long rows(TestRun run) {
    return List.of("api_token", "archive_upload", "script_archive", "run_log_head").stream()
        .mapToLong(table -> jdbc.sql("select count(*) from " + table + " where test_run_id = ?").param(run.id())
            .query(Long.class).single())
        .sum();
  }
}
