package dev.apmexport.api.remotewrite;

import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.store.log.RunTraffic;
import dev.apmexport.store.profile.Profiles;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.TenantRepository;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The door for remote write. */
@Configuration(proxyBeanMethods = false)
public class RemoteWriteConfiguration {
  @Bean
  RemoteWriteController remoteWriteController(Intake intake, Runs runs, TestRunRepository found,
      TenantRepository tenants, Profiles profiles, RunTraffic traffic, DatabasePatience patience) {
    return new RemoteWriteController(intake, new NamedRuns(runs, found, tenants, profiles, traffic, patience),
        InstantSource.system());
  }
}
