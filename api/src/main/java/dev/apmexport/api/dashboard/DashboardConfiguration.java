package dev.apmexport.api.dashboard;

import jakarta.servlet.DispatcherType;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The parts of the pages. */
@Configuration(proxyBeanMethods = false)
@Import(PageController.class)
public class DashboardConfiguration {
  @Bean
  FilterRegistrationBean<PageHeaders> headersOfPages() {
    FilterRegistrationBean<PageHeaders> filter = new FilterRegistrationBean<>(PageHeaders.ofPages());
    filter.addUrlPatterns(PageHeaders.PAGES);
    filter.setName("headersOfPages");
    return filter;
  }

  @Bean
  FilterRegistrationBean<PageHeaders> headersOfData() {
    FilterRegistrationBean<PageHeaders> filter = new FilterRegistrationBean<>(PageHeaders.ofData());
    filter.addUrlPatterns(PageHeaders.DATA);
    filter.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.FORWARD); // what stood before the path was taken off
    filter.setName("headersOfData");
    return filter;
  }
}
