package dev.apmexport.store.work;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.shaded.jdbc.SQLRuntimeException;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * The tasks that workers pick up: one for each live run, one for each export whose run has ended, one for each export
 * that is replayed, one for each run whose thresholds are to be decided. Asking twice is asking once.
 */
public final class Work {
  /** The live pass; its instance is the run's id. */
  public static final TaskDescriptor<Void> LIVE = TaskDescriptor.of("live");
  /** The second pass; its instance is the export's id. */
  public static final TaskDescriptor<Void> SECOND_PASS = TaskDescriptor.of("second-pass");
  /** The replay of one export; its instance is the id of the replay's part. */
  public static final TaskDescriptor<Void> REPLAY = TaskDescriptor.of("replay");
  /** The evaluation of a run's thresholds; its instance is the run's id. */
  public static final TaskDescriptor<Void> THRESHOLD = TaskDescriptor.of("threshold");
  public static final String LIVE_TABLE = "live_task";
  public static final String PASS_TABLE = "pass_task";
  public static final String REPLAY_TABLE = "replay_task";
  public static final String THRESHOLD_TABLE = "threshold_task";

  private final SchedulerClient live;
  private final SchedulerClient passes;
  private final SchedulerClient replays;
  private final SchedulerClient thresholds;
  private final InstantSource clock;

  /** @param clock the database's */
  public Work(DataSource database, InstantSource clock) {
    this.live = SchedulerClient.Builder.create(database).tableName(LIVE_TABLE).build();
    this.passes = SchedulerClient.Builder.create(database).tableName(PASS_TABLE).build();
    this.replays = SchedulerClient.Builder.create(database).tableName(REPLAY_TABLE).build();
    this.thresholds = SchedulerClient.Builder.create(database).tableName(THRESHOLD_TABLE).build();
    this.clock = clock;
  }

  public void live(long testRunId) {
    schedule(live, LIVE, testRunId);
  }

  public void secondPass(long exportId) {
    schedule(passes, SECOND_PASS, exportId);
  }

  public void replay(long partId) {
    schedule(replays, REPLAY, partId);
  }

  public void thresholds(long testRunId) {
    schedule(thresholds, THRESHOLD, testRunId);
  }

  private void schedule(SchedulerClient scheduler, TaskDescriptor<Void> task, long id) {
    try {
      scheduler.scheduleIfNotExists(task.instance(Long.toString(id)).build(), clock.instant());
    } catch (SQLRuntimeException e) {
      throw new DataAccessResourceFailureException("The task " + task.getTaskName() + " " + id + " cannot be stored.",
          e);
    }
  }
}
