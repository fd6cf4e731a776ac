package dev.apmexport.store.secret;

import dev.apmexport.store.log.MetricLog;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes the secrets of runs that need them no more, and of their replays. Such a run takes no push any more either, however it ended: nobody
 * could export it.
 */
public final class SecretRetention {
  private static final int AT_ONCE = 100;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public SecretRetention(JdbcClient jdbc, PlatformTransactionManager transactions) {
    this.jdbc = jdbc;
    this.transaction = new TransactionTemplate(transactions);
  }

  /** Where {@code deleteSensitiveData} asks for it: after the second pass, once no late push can ask for another. */
  public void deleteWhereAsked() {
    delete("""
        r.secrets = 'delete' and r.state in ('finished', 'aborted')
          and h.finished_at < now() - ? * interval '1 second'
          and not exists (select 1 from export e
            where e.test_run_id = r.id and e.replay_id is null and e.state <> 'disabled'
              and (e.state not in ('done', 'gaveUp') or e.reconcile and e.reconciled_seq < h.next_seq))""",
        MetricLog.GRACE);
  }

  /** Of all others when their log is gone, and of those that never got one. */
  public void deleteOlderThan(Duration keepLog) {
    delete("""
        r.secrets <> 'deleted' and (r.state in ('finished', 'aborted') or h.next_seq = 0)
          and coalesce(h.finished_at, r.created_at) < now() - ? * interval '1 second'
          and not exists (select 1 from metric_log l where l.test_run_id = r.id)""", keepLog);
  }

  private void delete(String which, Duration age) {
    boolean more = true;
    while (more) {
      more = Boolean.TRUE.equals(transaction.execute(_ -> {
        List<Long> runs = due(which, age);
        runs.forEach(this::delete);
        return runs.size() == AT_ONCE;
      }));
    }
  }

  /** The lock keeps a push from coming in between. */
  private List<Long> due(String which, Duration age) {
    return jdbc.sql("select r.id from test_run r join run_head h on h.test_run_id = r.id where " + which
        + " and not exists (select 1 from replay_part p where p.test_run_id = r.id and p.state in ('queued', 'running'))"
        + " limit " + AT_ONCE + " for update of h skip locked").param(age.toSeconds()).query(Long.class).list();
  }

  private void delete(long testRunId) {
    jdbc.sql("delete from secret where owner in (select 'export/' || id from export where test_run_id = ?)")
        .param(testRunId).update();
    jdbc.sql("""
        update run_head set finish = 'explicit', finished_at = coalesce(finished_at, r.created_at)
        from test_run r where r.id = test_run_id and test_run_id = ?""").param(testRunId).update();
    jdbc.sql("update test_run set secrets = 'deleted', state = case state when 'created' then 'aborted' else state end "
        + "where id = ?").param(testRunId).update();
  }
}
