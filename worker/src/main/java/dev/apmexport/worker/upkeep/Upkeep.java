package dev.apmexport.worker.upkeep;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.apmexport.store.archive.StoredArchives;
import dev.apmexport.store.loadtest.ArchiveUploads;
import dev.apmexport.store.log.LogRetention;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.RunSeries;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.RunTokens;
import dev.apmexport.store.runlog.RunLogRetention;
import dev.apmexport.store.secret.SecretRetention;
import dev.apmexport.store.work.Work;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;

/**
 * Sees to it that work which is due has a task, whoever died before asking for one, and that the log has room for the
 * next hours and forgets what is old.
 */
public final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(2);
  private static final Duration LOG_EVERY = Duration.ofMinutes(30);

  private final RunStates states;
  private final Work work;
  private final MetricLog log;
  private final SecretRetention secrets;
  private final JdbcClient jdbc;
  private final Duration keepLog;

  /** @param keepLog how long the log of an ended run is kept, and with it the run's secrets */
  public Upkeep(RunStates states, Work work, MetricLog log, SecretRetention secrets, JdbcClient jdbc,
      Duration keepLog) {
    this.states = states;
    this.work = work;
    this.log = log;
    this.secrets = secrets;
    this.jdbc = jdbc;
    this.keepLog = keepLog;
  }

  /** Late pushes want another second pass; runs with data want a live pass; some want their secrets forgotten. */
  public RecurringTask<Void> sweep() {
    return Tasks.recurring("sweep", FixedDelay.of(SWEEP_EVERY)).execute((task, context) -> {
      states.unfinished().forEach(work::live);
      states.unreconciled().forEach(work::secondPass);
      secrets.deleteWhereAsked();
    });
  }

  /** Each part is done by itself: one that fails, however often, keeps nothing else from being forgotten. */
  public RecurringTask<Void> log() {
    return Tasks.recurring("log", FixedDelay.of(LOG_EVERY)).execute((task, context) -> parts().forEach(part -> {
      try {
        part.run();
      } catch (DataAccessException | TransactionException e) {
        LOG.error("A part of the upkeep could not be done; it is tried again in {} minutes. The others go on.",
            LOG_EVERY.toMinutes(), e);
      }
    }));
  }

  private List<Runnable> parts() {
    return List.of(log::makePartitions,
        () -> new LogRetention(jdbc).dropOlderThan(keepLog),
        () -> secrets.deleteOlderThan(keepLog),
        () -> new RunSeries(jdbc).deleteOlderThan(keepLog),
        () -> new StoredArchives(jdbc).deleteOlderThan(keepLog),
        () -> new RunLogRetention(jdbc).deleteOlderThan(keepLog),
        () -> new RunTokens(jdbc).deleteOlderThan(keepLog),
        () -> new ArchiveUploads(jdbc).deleteExpired(),
        () -> jdbc.sql("delete from push_key where created_at < now() - interval '24 hours'").update());
  }
}
