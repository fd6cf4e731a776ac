package dev.apmexport.worker;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A worker as a process of its own; needs APM_DATABASE_URL. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(WorkerConfiguration.class)
public class WorkerApplication {
  public static void main(String[] arguments) {
    new SpringApplicationBuilder(WorkerApplication.class).properties("spring.config.name=worker").run(arguments);
  }
}
