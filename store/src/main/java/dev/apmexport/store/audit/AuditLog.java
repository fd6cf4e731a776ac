package dev.apmexport.store.audit;

import dev.apmexport.store.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The audit log: entries are added and read, never changed. */
public final class AuditLog {
  private final JdbcClient jdbc;

  public AuditLog(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * One entry.
   *
   * @param scope of the token
   * @param tenantId whose things it was about; null if nobody's
   * @param action such as {@code replay.create}
   * @param subject what it was done to, in words, without secrets
   */
  public record Entry(long id, Instant at, long tokenId, String scope, @Nullable Long tenantId, String action,
      String subject, String request) {}

  /** Adds an entry, as part of the caller's transaction, so that there is no act without one. */
  public void add(Act act, TenantId tenant, String action, String subject) {
    jdbc.sql("insert into audit_entry (token_id, scope, tenant_id, action, subject, request) values (?, ?, ?, ?, ?, ?)")
        .params(act.tokenId(), act.scope().toString(), tenant.value(), action, subject, storable(act.request()))
        .update();
  }

  private static String storable(String text) {
    return text.replace('\0', '\uFFFD');
  }

  /** The newest first, of those older than {@code before}. */
  public List<Entry> page(long before, int most) {
    return jdbc.sql("select * from audit_entry where id < ? order by id desc limit ?").params(before, most)
        .query(AuditLog::entry).list();
  }

  private static Entry entry(ResultSet row, int number) throws SQLException {
    return new Entry(row.getLong("id"), row.getObject("at", OffsetDateTime.class).toInstant(), row.getLong("token_id"),
        row.getString("scope"), row.getObject("tenant_id", Long.class), row.getString("action"),
        row.getString("subject"), row.getString("request"));
  }
}
