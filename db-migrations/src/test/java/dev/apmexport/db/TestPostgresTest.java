package dev.apmexport.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class TestPostgresTest {
  @Test
  void each_asker_gets_an_empty_database() throws SQLException {
    TestPostgres.Database one = TestPostgres.freshDatabase();
    TestPostgres.Database other = TestPostgres.freshDatabase();
    assertThat(tables(one, "CREATE TABLE mine (id int)")).isOne();
    assertThat(tables(other, "SELECT 1")).isZero();
  }

  private static int tables(TestPostgres.Database database, String after) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.url(), database.username(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(after);
      try (ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) {
        assertThat(row.next()).isTrue();
        return row.getInt(1);
      }
    }
  }
}
