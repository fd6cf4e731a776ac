package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.secret.DataKeys;
import dev.apmexport.store.secret.KeyRotation;
import dev.apmexport.store.secret.MasterKey;
import dev.apmexport.store.secret.MasterKeyFile;
import dev.apmexport.store.secret.MasterKeyRefused;
import dev.apmexport.store.tenant.Tenant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

class LostSecretsTest extends WithWorker {
  @Test
  void a_worker_with_the_old_master_key_pauses_what_it_cannot_open_and_the_next_one_catches_up() {
    TestRun run = run("{\"apm\":[" + block(true) + "," + block(false) + "]}");
    String next = MasterKeyFile.random();
    changeMasterKey(MASTER_KEY, next);
    try {
      push(run, 20, 10);
      await("points of the other export", () -> export(run, 1).status() != null
          && export(run, 1).status().points().accepted() > 0);
      assertThat(export(run, 0).state()).isEqualTo("paused");
      assertThat(export(run, 0).status().lastError()).contains("cannot be decrypted with this master key")
          .doesNotContain("canary");
      finish(run);
      await("the other export's end", () -> export(run, 1).state().equals("done"));
      await("a second pass that waits", () -> retryAt(export(run, 0)) > 30);
      assertThat(state(run)).isEqualTo("finishing");

      restart(next);
      jdbc.sql("update pass_task set execution_time = now() where task_instance = ?")
          .param(Long.toString(export(run, 0).id())).update();
      await("finished", () -> state(run).equals("finished"));
      assertThat(states().latestReports(List.of(export(run, 0).id())).get(export(run, 0).id()).exact()).isTrue();
    } finally {
      changeMasterKey(next, MASTER_KEY);
    }
  }

  @Test
  void an_export_that_opens_after_all_goes_on_while_the_run_is_live() {
    TestRun run = run("{\"apm\":[" + block(true) + "," + block(false) + "]}");
    String next = MasterKeyFile.random();
    changeMasterKey(MASTER_KEY, next);
    push(run, 20, 10);
    await("paused", () -> export(run).state().equals("paused") && export(run).status() != null);

    changeMasterKey(next, MASTER_KEY);
    await("its points", () -> accepted(run) > 0);
    assertThat(export(run).state()).isNotEqualTo("paused");
    assertThat(state(run)).isEqualTo("running");
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    assertThat(states().latestReports(List.of(export(run).id())).get(export(run).id()).exact()).isTrue();
  }

  @Test
  void a_worker_does_not_start_with_another_master_key() {
    assertThatThrownBy(() -> startWorker(MasterKeyFile.random())).hasRootCauseInstanceOf(MasterKeyRefused.class);
  }

  @Test
  void an_export_without_its_secrets_is_given_up_and_the_run_ends() {
    TestRun run = run("{\"apm\":[" + block(true) + "]}");
    jdbc.sql("delete from secret where owner = ?").param("export/" + export(run).id()).update();
    push(run, 10, 10);
    await("paused", () -> export(run).state().equals("paused") && export(run).status() != null);
    finish(run);

    await("finished", () -> state(run).equals("finished"));
    assertThat(export(run).state()).isEqualTo("gaveUp");
    var report = states().latestReports(List.of(export(run).id())).get(export(run).id());
    assertThat(report.exact()).isFalse();
    assertThat(report.reason()).contains("The secrets are gone");
  }

  @Test
  void a_stored_block_that_does_not_read_any_more_is_paused_and_neither_its_run_nor_the_next_is_held_up() {
    Tenant tenant = tenant();
    TestRun run = run(tenant, "{\"apm\":[" + block(false) + "," + block(false) + "]}");
    jdbc.sql("update export set config = replace(config, '\"provider\"', '\"staleMarkers\":\"yes\",\"provider\"') "
        + "where id = ?").param(export(run).id()).update();
    push(run, 20, 10);
    await("points of the other export", () -> export(run, 1).status() != null
        && export(run, 1).status().points().accepted() > 0);
    assertThat(export(run, 0).state()).isEqualTo("paused");
    assertThat(export(run, 0).status().lastError()).contains("cannot be read by this version", "apm[0].staleMarkers");

    assertThat(export(run(tenant, "{\"apm\":[" + block(false) + "]}")).isDisabled()).isFalse();
    finish(run);
    await("a second pass that waits", () -> retryAt(export(run, 0)) > 30);
  }

  @Test
  void what_is_sensitive_is_deleted_once_no_late_push_can_come() {
    TestRun run = run("{\"deleteSensitiveData\":true,\"apm\":[" + block(true) + "]}");
    push(run, 10, 10);
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    assertThat(secrets(run)).isEqualTo(1);

    jdbc.sql("update run_head set finished_at = finished_at - interval '201 seconds' where test_run_id = ?")
        .param(run.id()).update();
    await("deleted", () -> secrets(run) == 0);
    assertThat(export(run).state()).isEqualTo("done");
  }

  private String block(boolean withSecret) {
    String credentials = withSecret ? ",\"credentials\":{\"token\":\"canary\"}" : "";
    return "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"" + receiver.uri("/write") + "\",\"resampleRate\":1"
        + credentials + "}";
  }

  /** As an operator does who changes it and rotates the keys before all processes were started again. */
  private void changeMasterKey(String from, String to) {
    DataKeys keys = new DataKeys(jdbc, worker.getBean(PlatformTransactionManager.class));
    keys.rewrap(MasterKey.of(from, "a test"), MasterKey.of(to, "a test"));
    new KeyRotation(jdbc, keys, MasterKey.of(to, "a test")).rotate();
  }

  private void restart(String masterKey) {
    worker.close();
    worker = startWorker(masterKey);
    jdbc = worker.getBean(JdbcClient.class);
  }

  /** In how many seconds the second pass is tried again; 0 if it is not waiting. */
  private long retryAt(RunExport export) {
    return jdbc.sql("select extract(epoch from execution_time - now())::bigint from pass_task "
        + "where task_instance = ? and not picked").param(Long.toString(export.id())).query(Long.class).optional()
        .orElse(0L);
  }

  private long secrets(TestRun run) {
    return jdbc.sql("select count(*) from secret where owner = ?").param("export/" + export(run).id())
        .query(Long.class).single();
  }
}
