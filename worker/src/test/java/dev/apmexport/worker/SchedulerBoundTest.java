package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.apmexport.store.DatabaseTimeline;
import dev.apmexport.store.work.Work;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class SchedulerBoundTest extends WithWorker {
  private static final int THREADS = 3;
  private static final int ALL = 15;

  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final Semaphore may = new Semaphore(0);

  private void work() {
    begun.incrementAndGet();
    most.accumulateAndGet(running.incrementAndGet(), Math::max);
    may.acquireUninterruptibly();
    running.decrementAndGet();
  }

  @Test
  void no_more_tasks_run_at_once_than_there_are_threads_for() {
    DatabaseTimeline clock = worker.getBean(DatabaseTimeline.class);
    OneTimeTask<Void> task = Tasks.oneTime(TaskDescriptor.of("bounded")).execute((_, _) -> work());
    Scheduler scheduler = WorkerConfiguration.scheduler(worker.getBean(DataSource.class), List.of(task),
        Work.LIVE_TABLE, THREADS, clock).build();
    for (int i = 0; i < ALL; i++) {
      scheduler.schedule(task.instance(Integer.toString(i)), clock.instant());
    }
    scheduler.start();
    try {
      for (int first = THREADS; first <= ALL; first++) {
        int wanted = first;
        await(wanted + " have begun", () -> begun.get() >= wanted);
        may.release();
      }
    } finally {
      may.release(ALL);
      scheduler.stop();
    }
    assertThat(most).hasValue(THREADS);
  }
}
