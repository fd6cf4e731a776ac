package dev.apmexport.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.store.tenant.TenantId;
import java.time.Duration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class TenantLimitTest {
  private static final TenantId ONE = new TenantId(1);

  @Test
  void one_too_many_is_refused_with_when_to_come_back() {
    TenantLimit limit = new TenantLimit("checks", 2, Duration.ofHours(1));
    limit.take(ONE);
    limit.take(ONE);

    assertThatThrownBy(() -> limit.take(ONE)).hasMessageContaining("At most 2 checks are answered in 3600 s")
        .asInstanceOf(InstanceOfAssertFactories.type(Refused.class)).satisfies(refused -> {
          assertThat(refused.status().value()).isEqualTo(429);
          assertThat(refused.retryAfter()).isPositive().isLessThanOrEqualTo(Duration.ofHours(1));
        });
  }

  @Test
  void every_tenant_is_counted_alone_however_many_there_are() {
    TenantLimit limit = new TenantLimit("checks", 1, Duration.ofHours(1));
    for (int tenant = 1; tenant <= 20_000; tenant++) {
      limit.take(new TenantId(tenant));
    }
    assertThatThrownBy(() -> limit.take(new TenantId(20_000))).isInstanceOf(Refused.class);
  }

  @Test
  void the_count_begins_again_with_every_period() {
    TenantLimit limit = new TenantLimit("checks", 1, Duration.ofNanos(1));

    for (int i = 0; i < 3; i++) {
      assertThatCode(() -> limit.take(ONE)).doesNotThrowAnyException();
    }
  }
}
