package dev.apmexport.store.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.WithStore;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.tenant.Tenant;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class LostProfileSecretsTest extends WithStore {
  private static final String BLOCK = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/w\"";
  @Autowired
  private Profiles profiles;

  @Test
  void a_block_whose_stored_secret_is_gone_is_disabled_in_the_run_and_says_so() {
    Tenant tenant = tenant();
    profiles.put(tenant.id(), "staging", options("[" + BLOCK + ",\"credentials\":{\"token\":\"canary\"}}," + BLOCK
        + "}]").at("/cloud/apm"));
    jdbc.sql("delete from secret where tenant_id = ?").param(tenant.id().value()).update();

    var exports = runs.create(tenant, "checkout", null, options("null"), "staging").exports();

    assertThat(exports).extracting(RunExport::isDisabled).containsExactly(true, false);
    assertThat(exports.getFirst().problems()).singleElement().satisfies(problem -> {
      assertThat(problem.path()).isEqualTo("apm[0].credentials.token");
      assertThat(problem.isError()).isTrue();
      assertThat(problem.message()).contains("store the profile again with its secrets");
    });
    assertThat(jdbc.sql("select count(*) from secret where tenant_id = ?").param(tenant.id().value()).query(Long.class)
        .single()).isZero();
  }
}
