package dev.apmexport.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.tenant.TenantWall;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;

class StoreConfigurationTest {
  @Test
  void the_wall_stands_before_every_kind_of_pool_and_once() {
    BeanPostProcessor wall = StoreConfiguration.tenantWall();

    Object walled = wall.postProcessAfterInitialization(new PGSimpleDataSource(), "pool");
    assertThat(walled).isInstanceOf(TenantWall.class);
    assertThat(wall.postProcessAfterInitialization(walled, "pool")).isSameAs(walled);
    assertThat(wall.postProcessAfterInitialization("text", "other")).isEqualTo("text");
  }
}
