package dev.apmexport.api.archive;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.store.archive.StoredArchives;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What becomes of k6's archives. */
@Configuration(proxyBeanMethods = false)
@Import(ArchiveController.class)
public class ArchiveConfiguration {
  @Bean
  ScriptArchives scriptArchives(JdbcClient jdbc, DatabasePatience patience,
      @Value("${apm.archive.keep:false}") boolean keep) {
    return new ScriptArchives(new StoredArchives(jdbc), patience, keep);
  }
}
