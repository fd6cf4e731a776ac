package dev.apmexport.api;

import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.tenant.FirstTokens;
import dev.apmexport.store.tenant.TenantRepository;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The api as a process of its own; needs APM_DATABASE_URL. With APM_BOOTSTRAP_TOKEN it admits that token for the first
 * tenant, with APM_OPERATOR_TOKEN that one for operators.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(ApiConfiguration.class)
public class ApiApplication {
  @Bean
  ApplicationRunner firstTokens(TenantRepository tenants, ApiTokenRepository tokens,
      @Value("${apm.bootstrap-token:}") String tenant, @Value("${apm.operator-token:}") String operator) {
    FirstTokens first = new FirstTokens(tenants, tokens);
    return _ -> {
      if (!tenant.isBlank()) {
        first.admitTenant(tenant);
      }
      if (!operator.isBlank()) {
        first.admitOperator(operator);
      }
    };
  }

  public static void main(String[] arguments) {
    new SpringApplicationBuilder(ApiApplication.class).properties("spring.config.name=api").run(arguments);
  }
}
