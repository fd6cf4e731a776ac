package dev.apmexport.api;

import dev.apmexport.api.k6.K6Controller;
import dev.apmexport.api.run.Intake;
import dev.apmexport.api.run.RunController;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.CallerResolver;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refusals;
import dev.apmexport.store.StoreConfiguration;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.work.Work;
import java.util.List;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The parts of the api, named one by one. */
@Configuration(proxyBeanMethods = false)
@Import({StoreConfiguration.class, Refusals.class, K6Controller.class, RunController.class})
public class ApiConfiguration {
  static {
    SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class); // no parameter that anybody sends
  }

  @Bean
  DatabasePatience databasePatience() {
    return new DatabasePatience();
  }

  @Bean
  Intake intake(TestRunRepository runs, RunStates states, MetricLog log, Work work, DatabasePatience patience) {
    return new Intake(runs, states, log, work, patience);
  }

  @Bean
  WebMvcConfigurer callers(ApiTokenRepository tokens, DatabasePatience patience) {
    return new WebMvcConfigurer() {
      @Override
      public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new CallerResolver(tokens, patience));
      }
    };
  }
}
