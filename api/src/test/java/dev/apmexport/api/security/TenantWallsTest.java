package dev.apmexport.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.store.tenant.ApiToken;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Walks every endpoint there is, one that is added tomorrow too, as somebody who has no business there: nobody gets in
 * without a good token, and nobody sees or changes what is another's.
 */
class TenantWallsTest extends WithWalls {
  /** What a run's own token may do. */
  private static final Set<String> PUSHES = Set.of("/v2/metrics/{id}", "/api/v1/test-runs/{id}/metrics",
      "/api/v1/test-runs/{id}/samples", "/api/v1/test-runs/{id}/write", "/api/v1/write",
      "/provisioning/v1/test_runs/{id}/notify", "/provisioning/v1/test_runs/{id}/logs");

  @Test
  void the_walk_comes_by_what_we_know_of() {
    assertThat(Endpoint.of(application)).extracting(Endpoint::pattern).contains("/api/v1/test-runs",
        "/api/v1/tenants/{tenantId}/tokens/{id}", "/api/v1/replays/{id}/cancel", "/v1/tests", "/actuator/health")
        .containsAll(PUSHES);
    assertThat(get("/api/v1/test-runs").text()).contains(word);
  }

  @Test
  void an_endpoint_whose_variables_nobody_filled_in_would_be_noticed() {
    Endpoint endpoint = Endpoint.of(application).stream().filter(Endpoint::namesSomething).findFirst().orElseThrow();

    assertThatThrownBy(() -> endpoint.path(Map.of())).isInstanceOf(AssertionError.class)
        .hasMessageContaining(endpoint.pattern());
  }

  @TestFactory
  Stream<DynamicTest> whoever_has_the_right_token_gets_in() {
    String operator = operatorToken();
    return walk(_ -> true, endpoint -> getsIn(endpoint, endpoint.isForOperators() ? operator : ourToken));
  }

  @TestFactory
  Stream<DynamicTest> nobody_gets_in_without_a_token() {
    return walk(_ -> true, endpoint -> isRefused(endpoint, "", 401));
  }

  @TestFactory
  Stream<DynamicTest> nobody_gets_in_with_an_unknown_token() {
    return walk(_ -> true, endpoint -> isRefused(endpoint, ApiToken.random(), 401));
  }

  @TestFactory
  Stream<DynamicTest> nobody_gets_in_with_a_revoked_token() {
    String revoked = tokenOf(us);
    String operator = operatorToken();
    jdbc.sql("update api_token set revoked_at = now() where sha256 in (?, ?)")
        .params(ApiToken.digest(revoked), ApiToken.digest(operator)).update();
    return walk(_ -> true, endpoint -> isRefused(endpoint, endpoint.isForOperators() ? operator : revoked, 401));
  }

  @TestFactory
  Stream<DynamicTest> another_tenant_does_not_find_what_is_ours() {
    String others = newToken();
    return walk(endpoint -> endpoint.namesSomething() && !endpoint.isForOperators(),
        endpoint -> isRefused(endpoint, others, 404));
  }

  @TestFactory
  Stream<DynamicTest> another_tenant_neither_sees_nor_changes_ours_where_nothing_is_named() {
    String others = newToken();
    return walk(endpoint -> !endpoint.namesSomething() && !endpoint.isForOperators(), endpoint -> {
      Map<String, String> before = allOfOurs();
      assertThat(call(endpoint, others).text()).doesNotContain(word);
      assertThat(allOfOurs()).isEqualTo(before);
    });
  }

  @TestFactory
  Stream<DynamicTest> a_tenant_is_no_operator() {
    return walk(Endpoint::isForOperators, endpoint -> isRefused(endpoint, ourToken, 403));
  }

  @TestFactory
  Stream<DynamicTest> an_operator_is_no_tenant() {
    String operator = operatorToken();
    return walk(endpoint -> !endpoint.isForOperators() && !endpoint.isForBoth(),
        endpoint -> isRefused(endpoint, operator, 403));
  }

  @TestFactory
  Stream<DynamicTest> an_operator_gets_in_where_tenants_come_for_what_is_theirs() {
    String operator = operatorToken();
    return walk(Endpoint::isForBoth, endpoint -> getsIn(endpoint, operator));
  }

  @TestFactory
  Stream<DynamicTest> a_runs_token_is_good_for_pushes_only() {
    String ofRun = runToken(run);
    return walk(endpoint -> !PUSHES.contains(endpoint.pattern()), endpoint -> isRefused(endpoint, ofRun, 403));
  }

  @TestFactory
  Stream<DynamicTest> a_runs_token_is_good_for_its_own_run_only() {
    String ofRun = runToken(run);
    String ofSibling = runToken(newRun());
    return walk(endpoint -> PUSHES.contains(endpoint.pattern()) && endpoint.namesSomething(), endpoint -> {
      isRefused(endpoint, ofSibling, 404);
      getsIn(endpoint, ofRun);
    });
  }
}
