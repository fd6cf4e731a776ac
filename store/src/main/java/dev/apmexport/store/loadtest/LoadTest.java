package dev.apmexport.store.loadtest;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * What runs of one name in one project have in common.
 *
 * @param projectId a number that the script names; every tenant has its own
 */
public record LoadTest(long id, long projectId, String name, Instant createdAt) {
  static LoadTest of(ResultSet row, int number) throws SQLException {
    return new LoadTest(row.getLong("id"), row.getLong("project_id"), row.getString("name"),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }
}
