package dev.apmexport.store.loadtest;

import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.TenantId;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Rights to put the script archive of one run without a token, as k6 puts it. Whoever has the signature has the right;
 * it is stored as its SHA-256 only, and looked up by that.
 */
public final class ArchiveUploads {
  /** k6 puts the archive right after it has asked for the address; three tries of it take 3 minutes at most. */
  public static final Duration VALID = Duration.ofMinutes(15);

  /** For so long who comes too late is told so. */
  private static final Duration KEPT = Duration.ofDays(1);

  private final JdbcClient jdbc;

  public ArchiveUploads(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * A right that was given.
   *
   * @param size of the archive, in bytes
   * @param content SHA-256 of what was put by this right; null as long as nothing was
   */
  public record Upload(TenantId tenant, long testRunId, long size, boolean expired, byte @Nullable [] content) {}

  /** Gives a right to put an archive of that size, and returns its signature, which is known to nobody else. */
  public String allow(long testRunId, long size) {
    String signature = ApiToken.random();
    jdbc.sql("insert into archive_upload (sha256, test_run_id, size, expires_at) "
        + "values (?, ?, ?, now() + ? * interval '1 second')")
        .params(ApiToken.digest(signature), testRunId, size, VALID.toSeconds()).update();
    return signature;
  }

  public Optional<Upload> find(long testRunId, String signature) {
    return jdbc.sql("""
        select r.tenant_id, u.size, u.expires_at < now(), u.content
        from archive_upload u join test_run r on r.id = u.test_run_id where u.sha256 = ? and u.test_run_id = ?""")
        .params(ApiToken.digest(signature), testRunId)
        .query((row, number) -> new Upload(new TenantId(row.getLong(1)), testRunId, row.getLong(2), row.getBoolean(3),
            row.getBytes(4)))
        .optional();
  }

  /** Notes what was put; the right is used up by that. */
  public void put(String signature, byte[] content) {
    jdbc.sql("update archive_upload set content = ? where sha256 = ? and content is null")
        .params(content, ApiToken.digest(signature)).update();
  }

  /** Forgets the rights that are long over. */
  public void deleteExpired() {
    jdbc.sql("delete from archive_upload where expires_at < now() - ? * interval '1 second'").param(KEPT.toSeconds())
        .update();
  }
}
