package dev.apmexport.store.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.store.WithStore;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantWall;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import tools.jackson.databind.json.JsonMapper;

/** Load tests and what belongs to them, before and behind the database's wall between tenants. */
class LoadTestWallTest extends WithStore {
  private LoadTests tests;
  private LocalExecutions executions;
  private ArchiveUploads uploads;
  private Tenant mine;
  private Tenant other;
  private TestRun othersRun;
  private LoadTest othersTest;

  @BeforeEach
  void another_tenant_has_started_a_run() {
    tests = new LoadTests(jdbc);
    executions = new LocalExecutions(jdbc);
    uploads = new ArchiveUploads(jdbc);
    mine = tenant();
    other = tenant();
    othersRun = run(other);
    othersTest = tests.named(other.id(), 99, "checkout");
    executions.begun(othersRun.id(), othersTest, 14, 29);
    uploads.allow(othersRun.id(), 100);
  }

  private TestRun run(Tenant of) {
    return runs.create(of, "checkout", null, JsonMapper.shared().createObjectNode()).run();
  }

  private <T> T asMine(ScopedValue.CallableOp<T, RuntimeException> work) {
    return TenantWall.within(mine.id(), work);
  }

  @Test
  void a_tenant_does_all_of_it_behind_the_wall() {
    TestRun run = run(mine);
    LoadTest test = asMine(() -> tests.named(mine.id(), 99, "checkout"));
    String signature = asMine(() -> {
      executions.begun(run.id(), test, 14, 29);
      return uploads.allow(run.id(), 100);
    });

    assertThat(asMine(() -> tests.named(mine.id(), 99, "checkout"))).isEqualTo(test);
    assertThat(asMine(() -> executions.of(run.id())))
        .contains(new LocalExecutions.LocalExecution(test.id(), 99, 14, 29));
    asMine(() -> {
      uploads.put(signature, new byte[]{1});
      uploads.put(signature, new byte[]{2});
      return true;
    });
    assertThat(uploads.find(run.id(), signature)).get()
        .satisfies(upload -> assertThat(upload.content()).as("the first stays").containsExactly(1));
    assertThat(uploads.find(othersRun.id(), signature)).isEmpty();
  }

  @Test
  void without_a_word_of_the_tenant_a_query_finds_nobody_elses_rows() {
    for (String table : List.of("load_test", "local_execution", "archive_upload")) {
      String count = "select count(*) from " + table;
      assertThat(asMine(() -> jdbc.sql(count).query(Long.class).single())).as(table).isZero();
      assertThat(TenantWall.within(other.id(), () -> jdbc.sql(count).query(Long.class).single())).as(table)
          .isEqualTo(1);
    }
  }

  @Test
  void nobody_elses_rows_can_be_written() {
    assertThatThrownBy(() -> asMine(() -> tests.named(other.id(), 99, "mine"))).isInstanceOf(DataAccessException.class);
    assertThatThrownBy(() -> asMine(() -> uploads.allow(othersRun.id(), 100))).isInstanceOf(DataAccessException.class);
    TestRun run = run(mine);
    assertThatThrownBy(() -> asMine(() -> {
      executions.begun(run.id(), othersTest, 14, 29);
      return true;
    })).isInstanceOf(DataAccessException.class);
    assertThat(asMine(() -> jdbc.sql("update archive_upload set content = '\\x01'").update())).isZero();
    assertThat(asMine(() -> tests.find(other.id(), othersTest.id()))).isEmpty();
  }

  @Test
  void rights_that_are_long_over_are_forgotten() {
    String old = uploads.allow(othersRun.id(), 1);
    String justOver = uploads.allow(othersRun.id(), 2);
    jdbc.sql("update archive_upload set expires_at = now() - interval '25 hours' where sha256 = ?")
        .param(ApiToken.digest(old)).update();
    jdbc.sql("update archive_upload set expires_at = now() - interval '23 hours' where sha256 = ?")
        .param(ApiToken.digest(justOver)).update();

    uploads.deleteExpired();

    assertThat(uploads.find(othersRun.id(), old)).isEmpty();
    assertThat(uploads.find(othersRun.id(), justOver)).get().satisfies(one -> assertThat(one.expired()).isTrue());
  }

  @Test
  void what_was_noted_of_a_run_stays() {
    executions.begun(othersRun.id(), tests.named(other.id(), 99, "another"), 1, 1);

    assertThat(executions.of(othersRun.id()))
        .contains(new LocalExecutions.LocalExecution(othersTest.id(), 99, 14, 29));
    assertThat(executions.of(run(other).id())).isEmpty();
  }
}
