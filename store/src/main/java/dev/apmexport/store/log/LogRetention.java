package dev.apmexport.store.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Drops hours of the metric log that are older than the time for which runs can be gone over again. An hour stays as
 * long as it holds a run that is not over or is being replayed.
 */
public final class LogRetention {
  private static final Logger LOG = LoggerFactory.getLogger(LogRetention.class);

  private final JdbcClient jdbc;

  public LogRetention(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Drops what is older; returns the names of the dropped partitions. */
  public List<String> dropOlderThan(Duration age) {
    List<String> dropped = new ArrayList<>();
    for (String partition : partitionsBefore(age)) {
      if (isOver(partition)) { // asked right before: a replay may have been asked for meanwhile
        drop(partition);
        dropped.add(partition);
        LOG.info("Dropped the hour {} of the metric log; it was older than {} days.", partition, age.toDays());
      }
    }
    return dropped;
  }

  /** Both or neither: one request is one transaction. Whoever wants to replay such a run is told when it went. */
  private void drop(String partition) {
    String noted = "update test_run set log_dropped_at = now() where log_dropped_at is null and id in "
        + "(select test_run_id from " + partition + ")";
    jdbc.sql(noted + "; drop table " + partition).update();
  }

  /**
   * A partition's name ends with its hour, in UTC, so names are in the order of time; until one hour later it may be
   * filled. They are compared as names, and not read as times: the database is free to do that with other tables' names
   * too, and fails.
   */
  private List<String> partitionsBefore(Duration age) {
    return jdbc.sql("""
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'metric_log'::regclass
          and c.relname <= 'metric_log_' || to_char(
            (now() - interval '1 hour' - ? * interval '1 second') at time zone 'UTC', 'YYYYMMDDHH24')
        order by c.relname""").param(age.toSeconds()).query(String.class).list();
  }

  private boolean isOver(String partition) {
    return jdbc.sql("select not exists (select 1 from (select distinct test_run_id from " + partition + ") p "
        + "join test_run r on r.id = p.test_run_id where r.state not in ('finished', 'aborted') "
        + "or exists (select 1 from replay_part t where t.test_run_id = r.id and t.state in ('queued', 'running')))")
        .query(Boolean.class).single();
  }
}
