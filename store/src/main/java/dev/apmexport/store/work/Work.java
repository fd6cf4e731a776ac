package dev.apmexport.store.work;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import java.time.InstantSource;
import javax.sql.DataSource;

/** The tasks that workers pick up: one for each live run, one for each export whose run has ended. Asking twice is asking once. */
public final class Work {
  /** The live pass; its instance is the run's id. */
  public static final TaskDescriptor<Void> LIVE = TaskDescriptor.of("live");
  /** The second pass; its instance is the export's id. */
  public static final TaskDescriptor<Void> SECOND_PASS = TaskDescriptor.of("second-pass");
  public static final String LIVE_TABLE = "live_task";
  public static final String PASS_TABLE = "pass_task";

  private final SchedulerClient live;
  private final SchedulerClient passes;
  private final InstantSource clock;

  /** @param clock the database's */
  public Work(DataSource database, InstantSource clock) {
    this.live = SchedulerClient.Builder.create(database).tableName(LIVE_TABLE).build();
    this.passes = SchedulerClient.Builder.create(database).tableName(PASS_TABLE).build();
    this.clock = clock;
  }

  public void live(long testRunId) {
    live.scheduleIfNotExists(LIVE.instance(Long.toString(testRunId)).build(), clock.instant());
  }

  public void secondPass(long exportId) {
    passes.scheduleIfNotExists(SECOND_PASS.instance(Long.toString(exportId)).build(), clock.instant());
  }
}
