package dev.apmexport.standalone;

import dev.apmexport.db.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The database of several services, as one sees it who may look into it. */
record SharedDatabase(TestPostgres.Database database) {

  /** What makes a service use it. */
  String[] flags() {
    return new String[]{"--apm.bootstrap-token=" + ServiceProcess.TOKEN, "--apm.database-url=" + database.url(),
        "--apm.database-username=" + database.username(), "--apm.database-password=" + database.password()};
  }

  /** Makes a run one that was folded by the rules of another version, as all are that an upgrade finds. */
  void foldOtherwise(String testRunId) throws SQLException {
    int changed = update("""
        update test_run set settings = jsonb_set(settings::jsonb, '{foldVersion}', '0')::text
        where id = ? and settings like '%"foldVersion"%'""", testRunId);
    if (changed != 1) { throw new SQLException("Run " + testRunId + " has no version of the fold."); }
  }

  private int update(String sql, String testRunId) throws SQLException {
    try (Connection connection = open(); PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, Long.parseLong(testRunId));
      return statement.executeUpdate();
    }
  }

  /** Whether a run is still to be gone over, as one is whose log has grown since, or is just being so. */
  boolean hasPasses(String testRunId) {
    String sql = """
        select exists (select from export join run_head using (test_run_id)
        where test_run_id = ? and (reconciled_seq < next_seq or exists (select from pass_task
          where task_name = 'second-pass' and task_instance = export.id::text)))""";
    try (Connection connection = open(); PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, Long.parseLong(testRunId));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("The tasks of run " + testRunId + " cannot be read.", e);
    }
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection(database.url(), database.username(), database.password());
  }
}
