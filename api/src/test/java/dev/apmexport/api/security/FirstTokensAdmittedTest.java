package dev.apmexport.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

@TestPropertySource(properties = {"apm.bootstrap-token=first-tenant", "apm.operator-token=first-operator"})
class FirstTokensAdmittedTest extends WithApi {
  @Test
  void the_api_admits_the_tokens_that_it_is_given() {
    token = "first-tenant";
    assertThat(get("/api/v1/test-runs").status()).isEqualTo(200);
    assertThat(get("/api/v1/tenants").status()).isEqualTo(403);
    token = "first-operator";
    assertThat(get("/api/v1/tenants").status()).isEqualTo(200);
    assertThat(get("/api/v1/test-runs").status()).isEqualTo(403);
  }
}
