package dev.apmexport.api.provisioning;

import dev.apmexport.api.archive.ScriptArchives;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.store.loadtest.ArchiveUploads;
import dev.apmexport.store.loadtest.LoadTests;
import dev.apmexport.store.loadtest.LocalExecutions;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.tenant.TenantRepository;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The parts of this protocol generation, named one by one. */
@Configuration(proxyBeanMethods = false)
@Import({LoadTestController.class, ProvisioningController.class, CloudRunController.class})
public class ProvisioningConfiguration {
  @Bean
  LoadTests loadTests(JdbcClient jdbc) {
    return new LoadTests(jdbc);
  }

  @Bean
  LocalExecutions localExecutions(JdbcClient jdbc) {
    return new LocalExecutions(jdbc);
  }

  @Bean
  ArchiveUploads archiveUploads(JdbcClient jdbc) {
    return new ArchiveUploads(jdbc);
  }

  @Bean
  LocalExecutionStart localExecutionStart(LoadTests tests, LocalExecutions executions, ArchiveUploads uploads,
      Runs runs, TenantRepository tenants, ApiTokenRepository tokens, DatabasePatience patience) {
    return new LocalExecutionStart(tests, executions, uploads, runs, tenants, tokens, patience);
  }

  @Bean
  ArchivePut archivePut(ArchiveUploads uploads, ScriptArchives archives, TestRunRepository runs,
      DatabasePatience patience) {
    return new ArchivePut(uploads, archives, runs, patience);
  }
}
