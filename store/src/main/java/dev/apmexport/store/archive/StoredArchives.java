package dev.apmexport.store.archive;

import dev.apmexport.store.run.OldRuns;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.TenantId;
import java.time.Duration;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Archives in parts, each stored by itself, so that neither memory nor a connection is held while one comes in. It is
 * for the caller to have taken all secrets out before.
 */
public final class StoredArchives {
  /** An archive that has not been given to a run for so long never will be. */
  private static final Duration COMES_WITHIN = Duration.ofHours(1);

  private final JdbcClient jdbc;

  public StoredArchives(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Makes room for an archive, which is no run's yet; returns its id. */
  public long begin(TenantId tenant) {
    return jdbc.sql("insert into script_archive (tenant_id) values (?) returning id").param(tenant.value())
        .query(Long.class).single();
  }

  /** Adds a part; again the same part changes nothing. */
  public void append(long archive, int n, byte[] part) {
    jdbc.sql("insert into script_archive_part (script_archive_id, n, content) values (?, ?, ?) on conflict do nothing")
        .params(archive, n, part).update();
  }

  /** Gives an archive that is complete to its run; returns false if the run has one already. */
  public boolean give(long archive, TestRun run) {
    try {
      return jdbc.sql("""
          update script_archive set test_run_id = ?
          where id = ? and tenant_id = ? and not exists (select from script_archive where test_run_id = ?)""")
          .params(run.id(), archive, run.tenant().value(), run.id()).update() > 0;
    } catch (DuplicateKeyException e) { // given in the same moment
      return false;
    }
  }

  public void delete(long archive) {
    jdbc.sql("delete from script_archive where id = ?").param(archive).update();
  }

  /** The id of a run's archive, if one is kept. */
  public Optional<Long> of(TestRun run) {
    return jdbc.sql("select id from script_archive where test_run_id = ?").param(run.id()).query(Long.class).optional();
  }

  /** A part, counted from 0; empty after the last one. */
  public Optional<byte[]> part(long archive, int n) {
    return jdbc.sql("select content from script_archive_part where script_archive_id = ? and n = ?").params(archive, n)
        .query(byte[].class).optional();
  }

  /** Forgets the archives of runs that ended, or never began, longer ago, and those that never became complete. */
  public void deleteOlderThan(Duration age) {
    jdbc.sql("delete from script_archive where test_run_id in (" + OldRuns.IDS
        + ") or test_run_id is null and created_at < now() - ? * interval '1 second'")
        .params(age.toSeconds(), COMES_WITHIN.toSeconds()).update();
  }
}
