package dev.apmexport.api;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The api as a process of its own; needs APM_DATABASE_URL. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(ApiConfiguration.class)
public class ApiApplication {
  public static void main(String[] arguments) {
    new SpringApplicationBuilder(ApiApplication.class).properties("spring.config.name=api").run(arguments);
  }
}
