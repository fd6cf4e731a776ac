package dev.apmexport.store.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.secret.SecretStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import tools.jackson.databind.json.JsonMapper;

/** The database's own wall: what a query forgets to say of the tenant, it says itself. */
class TenantWallTest extends WithStore {
  private static final String OPTIONS = """
      {"cloud": {"apm": [{"provider": "prometheus", "remoteWriteURL": "https://example.com/", "credentials": {"token": "t"}}]}}
      """;
  private Tenant mine;
  private Tenant other;
  private long othersRun;

  @Autowired
  private SecretStore secrets;
  @Autowired
  private ApiTokenRepository tokens;

  @BeforeEach
  void two_tenants() {
    mine = tenant();
    other = tenant();
    othersRun = create(other);
    append(othersRun, "first");
    jdbc.sql("insert into run_log (test_run_id, at_nanos, level, message) values (?, 1, 'info', 'theirs')")
        .param(othersRun)
        .update();
    jdbc.sql("insert into run_log_head (test_run_id) values (?)").param(othersRun).update();
    jdbc.sql("insert into run_log_push (test_run_id, sha256) values (?, '')").param(othersRun).update();
    tokens.save(ApiToken.forTenant(other.id(), null, ApiToken.random()));
  }

  private long create(Tenant tenant) {
    return runs.create(tenant, "a run", null, JsonMapper.shared().readTree(OPTIONS)).run().id();
  }

  private void append(long run, String key) {
    log.append(run, new MetricLog.Entry(Kind.METRIC_SET, "", key, Duration.ofHours(1), 0, 0, new byte[]{1}));
  }

  private <T> T asMine(ScopedValue.CallableOp<T, RuntimeException> work) {
    return TenantWall.within(mine.id(), work);
  }

  private long count(String table) {
    return jdbc.sql("select count(*) from " + table).query(Long.class).single();
  }

  @Test
  void a_tenant_does_all_its_work_behind_the_wall_and_sees_what_is_its_own() {
    long run = asMine(() -> create(mine));
    asMine(() -> {
      append(run, "a");
      append(run, "b");
      secrets.put(mine.id(), "profile/" + run, Map.of("/token", new Secret("s")));
      return true;
    });
    assertThat(asMine(() -> jdbc.sql("select id from test_run").query(Long.class).list())).containsExactly(run);
    assertThat(asMine(() -> count("metric_log"))).isEqualTo(2);
    assertThat(asMine(() -> secrets.get(mine.id(), "profile/" + run))).containsOnlyKeys("/token");
    assertThat(count("test_run")).isGreaterThan(1);
  }

  @Test
  void without_a_word_of_the_tenant_a_query_finds_nobody_elses_rows() {
    for (String table : List.of("test_run", "run_head", "export", "metric_log", "push_key", "secret", "apm_profile",
        "api_token", "reconciliation", "run_series", "run_threshold", "run_log", "run_log_head", "run_log_push",
        "load_generator")) {
      assertThat(asMine(() -> count(table))).as(table).isZero();
    }
    assertThat(asMine(() -> jdbc.sql("select id from tenant").query(Long.class).list()))
        .containsExactly(mine.id().value());
  }

  @Test
  void nobody_elses_rows_can_be_written() {
    assertThat(asMine(() -> jdbc.sql("update test_run set state = 'aborted'").update())).isZero();
    assertThatThrownBy(() -> asMine(() -> {
      append(othersRun, "mine");
      return true;
    })).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> asMine(() -> create(other))).isInstanceOf(DataAccessException.class);
    assertThat(jdbc.sql("select count(*) from metric_log where test_run_id = ?").param(othersRun).query(Long.class)
        .single()).isEqualTo(1);
  }

  @Test
  void a_tenant_makes_tokens_for_its_own_runs_and_no_others() {
    long run = asMine(() -> create(mine));
    asMine(() -> tokens.save(ApiToken.forRun(mine.id(), run, "lg-1", ApiToken.random())));

    assertThat(asMine(() -> jdbc.sql("select instance from api_token").query(String.class).list()))
        .containsExactly("lg-1");
    for (ApiToken token : List.of(ApiToken.forTenant(mine.id(), ApiToken.random()),
        ApiToken.forOperator(ApiToken.random()), ApiToken.forRun(mine.id(), othersRun, ApiToken.random()),
        ApiToken.forRun(other.id(), othersRun, ApiToken.random()))) {
      assertThatThrownBy(() -> asMine(() -> tokens.save(token))).isInstanceOf(DataAccessException.class);
    }
  }

  @Test
  void a_tenant_revokes_the_tokens_of_its_runs_and_no_others() {
    long run = asMine(() -> create(mine));
    ApiToken ofRun = tokens.save(ApiToken.forRun(mine.id(), run, ApiToken.random()));
    ApiToken ofOther = tokens.save(ApiToken.forRun(other.id(), othersRun, ApiToken.random()));
    ApiToken own = tokens.save(ApiToken.forTenant(mine.id(), ApiToken.random()));

    assertThat(asMine(() -> tokens.revokeOfRun(ofRun.id(), run))).isEqualTo(1);
    assertThat(asMine(() -> tokens.revokeOfRun(ofOther.id(), othersRun))).isZero();
    assertThat(asMine(() -> tokens.revoke(own.id(), mine.id().value()))).isZero();
    assertThatThrownBy(() -> asMine(() -> jdbc.sql("update api_token set instance = 'lg-9'").update()))
        .isInstanceOf(DataAccessException.class);
  }

  @Test
  void a_connection_that_served_a_tenant_serves_the_next_one_and_the_worker() {
    for (int i = 0; i < 30; i++) {
      assertThat(asMine(() -> count("test_run"))).isZero();
      assertThat(TenantWall.within(other.id(), () -> count("test_run"))).isEqualTo(1);
      assertThat(count("test_run")).isPositive();
    }
  }

  @Test
  void every_table_that_a_tenant_may_touch_has_a_wall_but_those_that_hold_nothing_of_a_tenant() {
    List<String> open = jdbc.sql("""
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relrowsecurity
          and has_table_privilege('apm_tenant', c.oid, 'select, insert, update, delete') order by 1""")
        .query(String.class).list();
    assertThat(open).containsExactly("live_task", "pass_task", "secret_key");
  }
}
