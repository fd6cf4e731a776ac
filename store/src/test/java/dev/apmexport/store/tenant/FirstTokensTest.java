package dev.apmexport.store.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.store.WithStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class FirstTokensTest extends WithStore {
  @Autowired
  private ApiTokenRepository tokens;
  private final String token = ApiToken.random();
  private FirstTokens first;

  @BeforeEach
  void start() {
    first = new FirstTokens(tenants, tokens);
  }

  @Test
  void the_first_tenants_token_is_admitted_once_however_often_the_service_starts() {
    first.admitTenant(token);
    ApiToken admitted = found(token);
    first.admitTenant(token);

    assertThat(found(token).id()).isEqualTo(admitted.id());
    assertThat(admitted.scope()).isEqualTo(ApiToken.Scope.TENANT);
    assertThat(tenants.findById(admitted.tenant().value()).orElseThrow().name()).isEqualTo("default");
  }

  @Test
  void processes_that_start_at_once_admit_the_same_tokens() throws Exception {
    String operator = ApiToken.random();
    try (ExecutorService processes = Executors.newFixedThreadPool(6)) {
      List<Future<?>> started = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        started.add(processes.submit(() -> {
          first.admitTenant(token);
          first.admitOperator(operator);
        }));
      }
      for (Future<?> one : started) {
        one.get();
      }
    }
    assertThat(found(token).revokedAt()).isNull();
    assertThat(found(operator).revokedAt()).isNull();
  }

  @Test
  void a_revoked_token_of_the_first_tenant_stays_revoked() {
    first.admitTenant(token);
    ApiToken admitted = found(token);
    assertThat(tokens.revoke(admitted.id(), admitted.tenant().value())).isEqualTo(1);

    first.admitTenant(token);
    assertThat(found(token).revokedAt()).isNotNull();
  }

  @Test
  void the_operators_token_that_is_given_last_is_the_only_one() {
    String next = ApiToken.random();
    first.admitTenant(ApiToken.random());
    first.admitOperator(token);
    first.admitOperator(next);
    assertThat(found(token).revokedAt()).isNotNull();
    assertThat(found(next).revokedAt()).isNull();

    first.admitOperator(token);
    assertThat(found(token).revokedAt()).isNull();
    assertThat(found(next).revokedAt()).isNotNull();
  }

  @Test
  void a_tenants_token_does_not_become_the_operators() {
    first.admitTenant(token);

    assertThatThrownBy(() -> first.admitOperator(token)).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("choose another one").hasMessageNotContaining(token);
    assertThat(found(token).scope()).isEqualTo(ApiToken.Scope.TENANT);
  }

  private ApiToken found(String one) {
    return tokens.findBySha256(ApiToken.digest(one)).orElseThrow();
  }
}
