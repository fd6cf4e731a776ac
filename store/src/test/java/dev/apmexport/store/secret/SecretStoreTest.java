package dev.apmexport.store.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

class SecretStoreTest extends WithKeys {
  @Test
  void secrets_come_back_by_their_paths_and_a_put_replaces_them_all() {
    SecretStore store = process(MASTER);
    Map<String, Secret> both = Map.of("/apiKey", new Secret("schlüssel"), "/headers/X", new Secret(""));
    store.put(tenant, "profile/3", both);
    store.put(tenant, "profile/4", apiKey("other"));

    assertThat(store.get(tenant, "profile/3")).isEqualTo(both);
    store.put(tenant, "profile/3", apiKey("new"));
    assertThat(store.get(tenant, "profile/3")).isEqualTo(apiKey("new"));
    store.delete(tenant, "profile/3");
    assertThat(store.get(tenant, "profile/3")).isEmpty();
    assertThat(store.get(tenant, "profile/4")).isEqualTo(apiKey("other"));
  }

  @Test
  void no_tenant_reads_replaces_or_deletes_what_is_anothers() {
    SecretStore store = process(MASTER);
    TenantId stranger = anotherTenant("stranger");
    store.put(tenant, "profile/3", apiKey("mine"));

    assertThat(store.get(stranger, "profile/3")).isEmpty();
    store.delete(stranger, "profile/3");
    assertThatThrownBy(() -> store.put(stranger, "profile/3", apiKey("theirs")))
        .isInstanceOf(DataAccessException.class);
    assertThat(store.get(tenant, "profile/3")).isEqualTo(apiKey("mine"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tenant_id = (select max(id) from tenant)", "owner = 'export/2'", "path = '/appKey'"})
  void a_ciphertext_opens_only_where_it_was_put(String moved) {
    SecretStore store = process(MASTER);
    TenantId stranger = anotherTenant("stranger");
    store.put(tenant, "export/1", apiKey("canary"));
    jdbc.sql("update secret set " + moved).update();

    for (String owner : List.of("export/1", "export/2")) {
      for (TenantId reader : List.of(tenant, stranger)) {
        boolean there = jdbc.sql("select count(*) from secret where tenant_id = ? and owner = ?")
            .params(reader.value(), owner).query(Integer.class).single() > 0;
        if (there) {
          assertThatThrownBy(() -> store.get(reader, owner)).isInstanceOf(SecretsUnavailable.class)
              .hasMessageNotContaining("canary");
        }
      }
    }
  }

  @Test
  void neither_secrets_nor_keys_are_readable_in_the_database_and_nothing_is_encrypted_twice_alike() {
    SecretStore store = process(MASTER);
    store.put(tenant, "export/1", apiKey("canary"));
    byte[] first = ciphertext();
    store.put(tenant, "export/1", apiKey("canary"));

    assertThat(ciphertext()).isNotEqualTo(first);
    assertThat(new String(first, StandardCharsets.ISO_8859_1)).doesNotContain("canary");
    assertThat(jdbc.sql("select key_id from secret").query(Long.class).single()).isEqualTo(keys.numbers().getFirst());
  }

  private byte[] ciphertext() {
    return jdbc.sql("select ciphertext from secret").query(byte[].class).single();
  }

  @Test
  void processes_that_start_together_share_one_key() throws Exception {
    try (ExecutorService processes = Executors.newFixedThreadPool(4)) {
      List<Future<SecretStore>> started = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        started.add(processes.submit(() -> process(MASTER)));
      }
      for (int i = 0; i < 4; i++) {
        started.get(i).get().put(tenant, "export/" + i, apiKey("canary"));
      }
      assertThat(started.getFirst().get().get(tenant, "export/3")).isEqualTo(apiKey("canary"));
    }
    assertThat(keys.numbers()).hasSize(1);
  }

  @Test
  void a_start_with_another_master_key_is_refused_with_what_to_do() {
    process(MASTER);

    assertThatThrownBy(() -> process(MasterKey.of(MasterKeyFile.random(), "a test")))
        .isInstanceOf(MasterKeyRefused.class).hasMessageContaining("is not the one")
        .hasMessageContaining("APM_MASTER_KEY or the key file");
  }
}
