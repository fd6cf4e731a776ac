package dev.apmexport.store;

import dev.apmexport.store.audit.AuditLog;
import dev.apmexport.store.ledger.LedgerWriter;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.log.RunTraffic;
import dev.apmexport.store.profile.Profile;
import dev.apmexport.store.profile.ProfileRepository;
import dev.apmexport.store.profile.Profiles;
import dev.apmexport.store.replay.ReplayStates;
import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.run.ReplayExports;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.RunSeries;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.runlog.RunLog;
import dev.apmexport.store.secret.DataKeys;
import dev.apmexport.store.secret.MasterKey;
import dev.apmexport.store.secret.MasterKeyFile;
import dev.apmexport.store.secret.SecretRetention;
import dev.apmexport.store.secret.SecretStore;
import dev.apmexport.store.secret.Vault;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import dev.apmexport.store.tenant.TenantWall;
import dev.apmexport.store.threshold.RunThresholds;
import dev.apmexport.store.work.Work;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** The store's parts, for whichever process imports it. */
@Configuration(proxyBeanMethods = false)
@EntityScan(basePackageClasses = {Tenant.class, ApiToken.class, TestRun.class, RunExport.class, Profile.class})
@EnableJpaRepositories(basePackageClasses = {TenantRepository.class, TestRunRepository.class, ProfileRepository.class})
public class StoreConfiguration {
  /** Puts the wall between tenants before the pool, whoever asks for a connection. */
  @Bean
  static BeanPostProcessor tenantWall() {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof DataSource pool && !(bean instanceof TenantWall) ? new TenantWall(pool) : bean;
      }
    };
  }

  @Bean
  DatabaseTimeline databaseTimeline(JdbcClient jdbc) {
    return new DatabaseTimeline(jdbc);
  }

  /** The master key comes from the setting or else from a file that the first start makes. */
  @Bean
  SecretStore secretStore(@Value("${apm.master-key:}") String key, @Value("${apm.data-dir:data}") Path dataDirectory,
      JdbcClient jdbc, PlatformTransactionManager transactions) {
    DataKeys keys = new DataKeys(jdbc, transactions);
    MasterKey master = key.isBlank() ? new MasterKeyFile(dataDirectory.resolve("master.key")).keyOf(keys)
        : MasterKey.of(key, "APM_MASTER_KEY");
    return new SecretStore(jdbc, transactions, new Vault(keys, master));
  }

  @Bean
  Profiles profiles(ProfileRepository profiles, SecretStore secrets, PlatformTransactionManager transactions,
      DatabaseTimeline clock) {
    return new Profiles(profiles, secrets, transactions, clock);
  }

  @Bean
  Runs runs(TestRunRepository runs, RunExportRepository exports, JdbcClient jdbc, SecretStore secrets,
      Profiles profiles, PlatformTransactionManager transactions, DatabaseTimeline clock) {
    return new Runs(runs, exports, jdbc, secrets, profiles, transactions, clock);
  }

  @Bean
  RunSeries runSeries(JdbcClient jdbc) {
    return new RunSeries(jdbc);
  }

  @Bean
  SecretRetention secretRetention(JdbcClient jdbc, PlatformTransactionManager transactions) {
    return new SecretRetention(jdbc, transactions);
  }

  @Bean
  RunStates runStates(JdbcClient jdbc) {
    return new RunStates(jdbc);
  }

  @Bean
  AuditLog auditLog(JdbcClient jdbc) {
    return new AuditLog(jdbc);
  }

  @Bean
  Replays replays(JdbcClient jdbc, RunExportRepository exports, SecretStore secrets, AuditLog audit,
      PlatformTransactionManager transactions) {
    return new Replays(jdbc, new ReplayExports(exports, jdbc, secrets), audit, transactions);
  }

  @Bean
  ReplayStates replayStates(JdbcClient jdbc, PlatformTransactionManager transactions) {
    return new ReplayStates(jdbc, transactions);
  }

  @Bean
  MetricLog metricLog(JdbcClient jdbc, PlatformTransactionManager transactions) {
    return new MetricLog(jdbc, transactions);
  }

  @Bean
  RunTraffic runTraffic(JdbcClient jdbc) {
    return new RunTraffic(jdbc);
  }

  @Bean
  RunLog runLog(JdbcClient jdbc, SecretStore secrets, PlatformTransactionManager transactions) {
    return new RunLog(jdbc, secrets, transactions);
  }

  @Bean
  RunThresholds runThresholds(JdbcClient jdbc) {
    return new RunThresholds(jdbc);
  }

  @Bean
  LedgerWriter ledgerWriter(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
    return new LedgerWriter(jdbc, transactions);
  }

  @Bean
  Work work(DataSource database, DatabaseTimeline clock) {
    return new Work(database, clock);
  }
}
