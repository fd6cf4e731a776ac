package dev.apmexport.worker;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.task.Task;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.delivery.PointLimit;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.store.DatabaseTimeline;
import dev.apmexport.store.StoreConfiguration;
import dev.apmexport.store.ledger.LedgerWriter;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.replay.ReplayStates;
import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.RunSeries;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.secret.SecretRetention;
import dev.apmexport.store.threshold.RunThresholds;
import dev.apmexport.store.work.Work;
import dev.apmexport.worker.live.LiveRuns;
import dev.apmexport.worker.replay.ReplayTasks;
import dev.apmexport.worker.secondpass.SecondPasses;
import dev.apmexport.worker.threshold.ThresholdTasks;
import dev.apmexport.worker.upkeep.Upkeep;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The parts of a worker, and the schedulers that feed it: one for live runs, one for second passes, one for replays,
 * one for thresholds.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WorkerSettings.class)
@Import(StoreConfiguration.class)
public class WorkerConfiguration {
  /** How many runs' thresholds are decided at once; each reads a whole log. */
  private static final int EVALUATIONS = 2;

  @Bean
  HttpTransport httpTransport(@Value("${apm.egress.allow:}") String allowed) {
    return new HttpTransport(EgressPolicy.parse(allowed));
  }

  @Bean
  Exporter.Means means(HttpTransport http, DatabaseTimeline time, WorkerSettings settings) {
    Exporter.Means means = new Exporter.Means(http, RetryPolicy.standard(), time,
        Thread.ofVirtual().name("export-", 0).factory());
    return means.limitedPerDestination(settings.pointsPerSecond());
  }

  @Bean
  OpenExports openExports(Runs runs, RunExportRepository exports, JdbcClient jdbc, LedgerWriter ledgers) {
    return new OpenExports(runs, exports, jdbc, ledgers);
  }

  @Bean
  LiveRuns liveRuns(TestRunRepository runs, RunExportRepository exports, OpenExports open, MetricLog log,
      RunStates states, RunSeries series, Work work, Exporter.Means means) {
    return new LiveRuns(runs, exports, open, log, states, series, work, means);
  }

  @Bean
  SecondPasses secondPasses(TestRunRepository runs, RunExportRepository exports, OpenExports open, MetricLog log,
      RunStates states, Exporter.Means means, WorkerSettings settings) {
    return new SecondPasses(runs, exports, open, log, states, means, settings.secondPasses());
  }

  @Bean
  ReplayTasks replayTasks(Replays replays, ReplayStates notes, TestRunRepository runs, RunExportRepository exports,
      OpenExports open, MetricLog log, RunStates states, Work work, Exporter.Means means, WorkerSettings settings) {
    return new ReplayTasks(replays, notes, runs, exports, open, log, states, work,
        means.limitedTo(PointLimit.of(settings.replayPointsPerSecond(), means.time())), settings.replays());
  }

  @Bean
  ThresholdTasks thresholdTasks(TestRunRepository runs, RunThresholds thresholds, MetricLog log, Work work,
      DatabaseTimeline clock) {
    return new ThresholdTasks(runs, thresholds, log, work, clock);
  }

  @Bean
  Upkeep upkeep(RunStates states, Work work, MetricLog log, SecretRetention secrets, JdbcClient jdbc,
      WorkerSettings settings) {
    return new Upkeep(states, work, log, secrets, jdbc, settings.keepLog());
  }

  @Bean(initMethod = "start", destroyMethod = "stop")
  Scheduler liveScheduler(DataSource database, LiveRuns live, WorkerSettings settings, DatabaseTimeline clock) {
    return scheduler(database, List.of(live.task()), Work.LIVE_TABLE, settings.liveRuns(), clock).build();
  }

  @Bean(initMethod = "start", destroyMethod = "stop")
  Scheduler passScheduler(DataSource database, SecondPasses passes, Upkeep upkeep, WorkerSettings settings,
      DatabaseTimeline clock) {
    return scheduler(database, List.of(passes.task()), Work.PASS_TABLE, settings.secondPasses() + 2, clock)
        .startTasks(upkeep.sweep(), upkeep.log()).build();
  }

  @Bean(initMethod = "start", destroyMethod = "stop")
  Scheduler replayScheduler(DataSource database, ReplayTasks replays, WorkerSettings settings, DatabaseTimeline clock) {
    return scheduler(database, List.of(replays.task()), Work.REPLAY_TABLE, settings.replays() + 2, clock)
        .startTasks(replays.sweep()).build();
  }

  @Bean(initMethod = "start", destroyMethod = "stop")
  Scheduler thresholdScheduler(DataSource database, ThresholdTasks thresholds, DatabaseTimeline clock) {
    return scheduler(database, List.of(thresholds.task()), Work.THRESHOLD_TABLE, EVALUATIONS + 1, clock)
        .startTasks(thresholds.sweep()).build();
  }

  static SchedulerBuilder scheduler(DataSource database, List<Task<?>> tasks, String table, int threads,
      DatabaseTimeline clock) {
    return Scheduler.create(database, tasks).tableName(table).threads(threads)
        .executorService(executor(table, threads)).pollingInterval(Duration.ofMillis(500))
        .heartbeatInterval(Duration.ofSeconds(2)).missedHeartbeatsLimit(4).shutdownMaxWait(Duration.ofSeconds(20))
        .clock(clock::instant);
  }

  /** The scheduler hands over more than it has threads for, so as not to be idle: the executor is what bounds them. */
  private static ExecutorService executor(String table, int threads) {
    return Executors.newFixedThreadPool(threads, Thread.ofVirtual().name(table + "-", 0).factory());
  }
}
