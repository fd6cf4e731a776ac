package dev.apmexport.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class MigrationsTest {
  private final DataSource database = database();

  @Test
  void an_empty_database_comes_to_the_newest_schema() throws SQLException {
    Migrations.migrate(database);

    assertThat(column("select tablename from pg_tables where schemaname = 'public'")).contains("tenant", "api_token",
        "test_run", "run_head", "export", "secret_key", "secret", "apm_profile", "run_series", "metric_log", "push_key",
        "export_epoch", "ledger_step",
        "ledger_shard", "ledger_rejection", "reconciliation", "live_task", "pass_task", "replay", "replay_part",
        "replay_task", "run_threshold", "threshold_task", "audit_entry", "load_generator");
    assertThat(column("select success from flyway_schema_history")).isNotEmpty().containsOnly("t");
  }

  @Test
  void migrating_again_changes_nothing() throws SQLException {
    Migrations.migrate(database);
    List<String> before = column("select version || installed_on from flyway_schema_history order by installed_rank");

    Migrations.migrate(database);

    assertThat(column("select version || installed_on from flyway_schema_history order by installed_rank"))
        .isEqualTo(before);
  }

  @Test
  void several_processes_may_migrate_at_once() throws Exception {
    try (ExecutorService processes = Executors.newFixedThreadPool(3)) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        done.add(processes.submit(() -> Migrations.migrate(database)));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    assertThat(column("select version from flyway_schema_history order by 1")).doesNotHaveDuplicates().contains("001");
  }

  @Test
  void a_partition_of_the_log_may_be_asked_for_again() throws SQLException {
    Migrations.migrate(database);
    for (int i = 0; i < 2; i++) {
      column("select ensure_metric_log_partition('2026-01-31 09:59:59.999+00')");
    }

    assertThat(column("select relid from pg_partition_tree('metric_log') where isleaf"))
        .containsExactly("metric_log_2026013109");
  }

  private List<String> column(String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }

  private static DataSource database() {
    TestPostgres.Database fresh = TestPostgres.freshDatabase();
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(fresh.url());
    source.setUser(fresh.username());
    source.setPassword(fresh.password());
    return source;
  }
}
