package dev.apmexport.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What the owner of a database must be allowed for the wall between tenants. Roles belong to a server: each test has one. */
class TenantRoleTest extends EmbeddedPostgresKit {
  private EmbeddedPostgres server;

  @BeforeEach
  void start_server() {
    server = start();
  }

  @AfterEach
  void stop_server() {
    server.close();
  }

  @Test
  void an_owner_who_may_create_roles_needs_nobody() throws SQLException {
    owner("createrole");
    DataSource database = database("one");

    Migrations.migrate(database);

    assertThat(spokenAs(database)).isEqualTo("apm_tenant");
  }

  @Test
  void an_owner_who_may_not_create_roles_needs_an_administrator_once() throws SQLException {
    owner("nocreaterole");
    execute(server, "create role apm_tenant nologin");
    execute(server, "grant apm_tenant to owner");
    DataSource database = database("one");

    Migrations.migrate(database);

    assertThat(spokenAs(database)).isEqualTo("apm_tenant");
  }

  @Test
  void an_owner_who_gets_no_role_is_told_what_to_ask_for() throws SQLException {
    owner("nocreaterole");
    DataSource database = database("one");

    assertThatThrownBy(() -> Migrations.migrate(database))
        .hasStackTraceContaining("The database user owner may not create the role apm_tenant.")
        .hasStackTraceContaining("create role apm_tenant nologin; grant apm_tenant to owner;");
  }

  @Test
  void an_owner_who_may_not_speak_as_the_role_is_told_what_to_ask_for() throws SQLException {
    owner("createrole");
    execute(server, "create role apm_tenant nologin");
    execute(server, "grant apm_tenant to owner with set false");
    DataSource database = database("one");

    assertThatThrownBy(() -> Migrations.migrate(database))
        .hasStackTraceContaining("The database user owner may not speak as the role apm_tenant.")
        .hasStackTraceContaining("grant apm_tenant to owner;");
  }

  @Test
  void several_databases_of_a_server_may_migrate_at_once() throws Exception {
    owner("createrole");
    List<DataSource> databases = List.of(database("one"), database("two"), database("three"));
    try (ExecutorService processes = Executors.newFixedThreadPool(databases.size())) {
      List<Future<?>> done = new ArrayList<>();
      databases.forEach(database -> done.add(processes.submit(() -> Migrations.migrate(database))));
      for (Future<?> one : done) {
        one.get();
      }
    }
    for (DataSource database : databases) {
      assertThat(spokenAs(database)).isEqualTo("apm_tenant");
    }
  }

  private void owner(String right) throws SQLException {
    execute(server, "create role owner login password 'owner' nosuperuser " + right);
  }

  private DataSource database(String name) throws SQLException {
    execute(server, "create database " + name + " owner owner");
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(server.jdbcUrl().replaceFirst("/[^/]*$", "/" + name));
    source.setUser("owner");
    source.setPassword("owner");
    return source;
  }

  private static String spokenAs(DataSource database) throws SQLException {
    try (Connection connection = database.getConnection(); Statement statement = connection.createStatement()) {
      statement.execute("select set_config('role', 'apm_tenant', false)");
      try (ResultSet rows = statement.executeQuery("select current_user from (select count(*) from test_run) seen")) {
        rows.next();
        return rows.getString(1);
      }
    }
  }
}
