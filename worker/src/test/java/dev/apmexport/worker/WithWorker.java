package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.db.TestPostgres;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import dev.apmexport.store.work.Work;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Workers as their own processes have them, on one empty database, with a receiver on loopback; no api. */
abstract class WithWorker {
  private static final TestPostgres.Database DATABASE = TestPostgres.freshDatabase();
  /** Thirty-two bytes in Base64. */
  protected static final String MASTER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  protected final LoopbackServer receiver = new LoopbackServer();
  protected ConfigurableApplicationContext worker;
  protected JdbcClient jdbc;
  protected MetricLog log;
  private int pushes;

  @BeforeEach
  void begin() {
    worker = startWorker(database(), MASTER_KEY);
    jdbc = worker.getBean(JdbcClient.class);
    log = worker.getBean(MetricLog.class);
  }

  @AfterEach
  void end() {
    worker.close();
    receiver.close();
  }

  /** The one of all tests, unless a test needs one of its own. */
  protected TestPostgres.Database database() {
    return DATABASE;
  }

  static ConfigurableApplicationContext startWorker() {
    return startWorker(MASTER_KEY);
  }

  static ConfigurableApplicationContext startWorker(String masterKey) {
    return startWorker(DATABASE, masterKey);
  }

  private static ConfigurableApplicationContext startWorker(TestPostgres.Database database, String masterKey,
      String... more) {
    List<String> settings = new ArrayList<>(List.of("--spring.config.name=worker", "--server.port=0",
        "--apm.database-url=" + database.url(), "--apm.database-username=" + database.username(),
        "--apm.database-password=" + database.password(), "--spring.datasource.hikari.maximum-pool-size=5",
        "--apm.master-key=" + masterKey, "--apm.egress.allow=private",
        "--logging.level.root=off", "--spring.main.banner-mode=off"));
    settings.addAll(List.of(more));
    return new SpringApplicationBuilder(WorkerApplication.class).run(settings.toArray(String[]::new));
  }

  /** The worker stops, and another begins with this setting beside the others. */
  void beginWith(String setting) {
    worker.close();
    worker = startWorker(database(), MASTER_KEY, setting);
    jdbc = worker.getBean(JdbcClient.class);
    log = worker.getBean(MetricLog.class);
  }

  /** A run with so many exports to the receiver, of windows of one second. */
  protected TestRun run(int exports) {
    String block = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"" + receiver.uri("/write")
        + "\",\"resampleRate\":1}";
    return run("{\"apm\":[" + (block + ",").repeat(exports).replaceAll(",$", "") + "]}");
  }

  /** A run of a script with these options.cloud. */
  protected TestRun run(String cloud) {
    return run(tenant(), cloud);
  }

  protected Tenant tenant() {
    return worker.getBean(TenantRepository.class).save(new Tenant("t-" + UUID.randomUUID()));
  }

  protected TestRun run(Tenant tenant, String cloud) {
    return worker.getBean(Runs.class).create(tenant, "run", null,
        JsonMapper.shared().readTree("{\"cloud\":" + cloud + "}")).run();
  }

  /** Pushes the given number of buckets, the last of which began as many seconds ago; returns what became of it. */
  protected MetricLog.Appended push(TestRun run, int buckets, int secondsAgo) {
    MetricSets samples = new MetricSets(1);
    long last = Instant.now().getEpochSecond() - secondsAgo;
    for (long bucket = last - buckets + 1; bucket <= last; bucket++) {
      samples.counter("http_reqs", Labels.NONE, bucket, 5);
    }
    MetricLog.Appended appended = log.append(run.id(), new MetricLog.Entry(Kind.METRIC_SET, "", "push-" + pushes++,
        Duration.ofHours(1), last - buckets + 1, last, samples.packed()));
    if (appended instanceof MetricLog.Appended.Added added && added.first()) {
      states().running(run.id());
      worker.getBean(Work.class).live(run.id());
    }
    return appended;
  }

  protected void finish(TestRun run) {
    log.finish(run.id(), true, "{}".getBytes(StandardCharsets.UTF_8));
    worker.getBean(Work.class).live(run.id());
  }

  protected RunStates states() {
    return worker.getBean(RunStates.class);
  }

  protected String state(TestRun run) {
    return worker.getBean(TestRunRepository.class).findById(run.id()).orElseThrow().state();
  }

  protected RunExport export(TestRun run) {
    return export(run, 0);
  }

  protected RunExport export(TestRun run, int index) {
    return worker.getBean(RunExportRepository.class).findByTestRunIdOrderByIndex(run.id()).get(index);
  }

  protected long accepted(TestRun run) {
    return export(run).status() == null ? 0 : export(run).status().points().accepted();
  }

  protected static void await(String what, BooleanSupplier condition) {
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time: " + what).isLessThan(giveUp);
      LockSupport.parkNanos(50_000_000);
    }
  }
}
