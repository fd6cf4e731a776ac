package dev.apmexport.api;

import dev.apmexport.api.apm.ApmCheck;
import dev.apmexport.api.apm.ApmCheckController;
import dev.apmexport.api.apm.ConnectionTest;
import dev.apmexport.api.archive.ArchiveConfiguration;
import dev.apmexport.api.audit.AuditController;
import dev.apmexport.api.dashboard.DashboardConfiguration;
import dev.apmexport.api.k6.K6Controller;
import dev.apmexport.api.k6.LegacyCloudRunController;
import dev.apmexport.api.k6.ProfilePath;
import dev.apmexport.api.profile.ProfileController;
import dev.apmexport.api.provisioning.ProvisioningConfiguration;
import dev.apmexport.api.remotewrite.RemoteWriteConfiguration;
import dev.apmexport.api.replay.ReplayController;
import dev.apmexport.api.run.Intake;
import dev.apmexport.api.run.RunController;
import dev.apmexport.api.run.RunTokenController;
import dev.apmexport.api.run.StopController;
import dev.apmexport.api.runlog.RunLogController;
import dev.apmexport.api.security.BodyLimit;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.CallerResolver;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Operator;
import dev.apmexport.api.security.Refusals;
import dev.apmexport.api.security.TenantFilter;
import dev.apmexport.api.security.TenantLimit;
import dev.apmexport.api.security.TenantOrOperator;
import dev.apmexport.api.tenant.TenantController;
import dev.apmexport.api.tenant.TokenController;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.store.StoreConfiguration;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.RunSeries;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.work.Work;
import java.time.Duration;
import java.util.List;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The parts of the api, named one by one. */
@Configuration(proxyBeanMethods = false)
@Import({StoreConfiguration.class, DashboardConfiguration.class, RunLogController.class,
    ProvisioningConfiguration.class, Refusals.class, BodyLimit.class, K6Controller.class, RunController.class,
    TenantController.class, TokenController.class, ApmCheckController.class, ProfileController.class,
    ReplayController.class, AuditController.class, ArchiveConfiguration.class, LegacyCloudRunController.class,
    ApiDescription.class, RunTokenController.class, StopController.class,
    RemoteWriteConfiguration.class})
public class ApiConfiguration {
  static {
    SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class, Operator.class, TenantOrOperator.class); // no parameters that anybody sends
  }

  @Bean
  DatabasePatience databasePatience() {
    return new DatabasePatience();
  }

  @Bean
  Intake intake(TestRunRepository runs, RunStates states, MetricLog log, Work work, DatabasePatience patience) {
    return new Intake(runs, states, log, work, patience);
  }

  /** Before all others, which then see k6's own paths and refuse in k6's own format. */
  @Bean
  FilterRegistrationBean<ProfilePath> profilePath(
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver refusals) {
    FilterRegistrationBean<ProfilePath> filter = new FilterRegistrationBean<>(new ProfilePath(refusals));
    filter.addUrlPatterns("/p/*", "/i/*");
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 50);
    return filter;
  }

  @Bean
  ConnectionTest connectionTest(@Value("${apm.egress.allow:}") String allowed) {
    return new ConnectionTest(EgressPolicy.parse(allowed));
  }

  @Bean
  ApmCheck apmCheck(RunSeries series, ConnectionTest connections, DatabasePatience patience) {
    return new ApmCheck(series, connections, patience);
  }

  @Bean
  TenantLimit checkLimit() {
    return new TenantLimit("checks", 60, Duration.ofMinutes(1));
  }

  @Bean
  TenantLimit connectionLimit() {
    return new TenantLimit("connection tests", 10, Duration.ofMinutes(1));
  }

  @Bean
  TenantLimit replayLimit() {
    return new TenantLimit("requests for a replay", 10, Duration.ofMinutes(1));
  }

  /** Before all that asks the database. */
  @Bean
  FilterRegistrationBean<TenantFilter> tenantFilter(ApiTokenRepository tokens, DatabasePatience patience,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver refusals) {
    FilterRegistrationBean<TenantFilter> filter = new FilterRegistrationBean<>(
        new TenantFilter(tokens, patience, refusals));
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 100);
    return filter;
  }

  @Bean
  WebMvcConfigurer callers() {
    return new WebMvcConfigurer() {
      @Override
      public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new CallerResolver());
      }
    };
  }
}
