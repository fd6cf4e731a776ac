package dev.apmexport.store.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

class KeyRotationTest extends WithKeys {
  @Test
  void every_secret_is_encrypted_anew_and_opens_in_a_process_that_runs_on() {
    SecretStore running = process(MASTER);
    for (int i = 0; i < 1_001; i++) {
      running.put(tenant, "export/" + i, apiKey("secret " + i));
    }

    KeyRotation.Done done = rotation(MASTER).rotate();

    assertThat(done).isEqualTo(new KeyRotation.Done(keys.numbers().getFirst(), 1_001, 0, 0));
    assertThat(usedKeys()).containsExactly(done.key());
    assertThat(running.get(tenant, "export/0")).isEqualTo(apiKey("secret 0"));
    assertThat(running.get(tenant, "export/1000")).isEqualTo(apiKey("secret 1000"));
  }

  @Test
  void a_process_that_runs_on_seals_with_the_new_key() {
    SecretStore running = process(MASTER);
    KeyRotation.Done done = rotation(MASTER).rotate();

    running.put(tenant, "export/1", apiKey("canary"));

    assertThat(usedKeys()).containsExactly(done.key());
  }

  @Test
  void nothing_that_is_put_while_keys_change_is_lost() throws Exception {
    SecretStore running = process(MASTER);
    SecretStore other = process(MASTER);
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Integer> puts = threads.submit(() -> {
        int i = 0;
        do {
          running.put(tenant, "export/" + ++i % 20, apiKey("secret " + i));
          assertThat(other.get(tenant, "export/" + i % 20)).isEqualTo(apiKey("secret " + i));
        } while (!over.get());
        return i;
      });
      for (int i = 0; i < 10; i++) {
        rotation(MASTER).rotate();
      }
      over.set(true);
      int last = puts.get();
      assertThat(process(MASTER).get(tenant, "export/" + last % 20)).isEqualTo(apiKey("secret " + last));
    }
  }

  /** As it is for one that reads a secret, is held up, and only then looks for its key. */
  @Test
  void a_secret_opens_although_its_key_goes_while_it_is_being_read() {
    SecretStore running = process(MASTER);
    AtomicBoolean heldUp = new AtomicBoolean();
    DataSource source = new DelegatingDataSource(transactions.getDataSource()) {
      @Override
      public Connection getConnection() throws SQLException {
        if (heldUp.getAndSet(false)) {
          rotation(MASTER).rotate();
          rotation(MASTER).rotate();
        }
        return super.getConnection();
      }
    };
    SecretStore reading = new SecretStore(jdbc, transactions,
        new Vault(new DataKeys(JdbcClient.create(source), transactions), MASTER));
    rotation(MASTER).rotate();
    running.put(tenant, "export/1", apiKey("canary"));
    heldUp.set(true);

    assertThat(reading.get(tenant, "export/1")).isEqualTo(apiKey("canary"));
    assertThat(heldUp).isFalse();
  }

  @Test
  void the_last_key_stays_until_the_next_rotation_and_a_key_in_use_for_ever() {
    SecretStore store = process(MASTER);
    long first = keys.numbers().getFirst();
    store.put(tenant, "export/1", apiKey("canary"));
    jdbc.sql("update secret set ciphertext = 'damaged'").update();

    assertThat(rotation(MASTER).rotate().undecipherable()).isEqualTo(1);
    assertThat(rotation(MASTER).rotate().removed()).isZero();
    store.delete(tenant, "export/1");
    assertThat(rotation(MASTER).rotate().removed()).isEqualTo(2);
    assertThat(keys.numbers()).hasSize(2).doesNotContain(first);
  }

  @Test
  void a_rotation_that_was_interrupted_leaves_everything_open_and_the_next_one_finishes() {
    SecretStore running = process(MASTER);
    running.put(tenant, "export/1", apiKey("old"));
    keys.add(MASTER); // and there it ended
    running.put(tenant, "export/2", apiKey("new"));

    assertThat(usedKeys()).hasSize(2);
    assertThat(process(MASTER).get(tenant, "export/1")).isEqualTo(apiKey("old"));
    KeyRotation.Done done = rotation(MASTER).rotate();
    assertThat(usedKeys()).containsExactly(done.key());
    assertThat(done.removed()).isEqualTo(1);
    assertThat(running.get(tenant, "export/2")).isEqualTo(apiKey("new"));
  }

  @Test
  void under_another_master_key_everything_opens_and_who_runs_on_goes_on() {
    MasterKey next = MasterKey.of(MasterKeyFile.random(), "a test");
    SecretStore running = process(MASTER);
    running.put(tenant, "export/1", apiKey("before"));

    keys.rewrap(MASTER, next);
    keys.rewrap(MASTER, next); // as when it is not known whether the first one came to its end

    running.put(tenant, "export/2", apiKey("after"));
    assertThat(running.get(tenant, "export/1")).isEqualTo(apiKey("before"));
    assertThat(process(next).get(tenant, "export/1")).isEqualTo(apiKey("before"));
    assertThat(process(next).get(tenant, "export/2")).isEqualTo(apiKey("after"));
    assertThatThrownBy(() -> rotation(MASTER).rotate()).isInstanceOf(MasterKeyRefused.class);
  }

  @Test
  void a_process_with_the_old_master_key_says_so_when_the_keys_are_rotated_as_well() {
    MasterKey next = MasterKey.of(MasterKeyFile.random(), "a test");
    SecretStore running = process(MASTER);
    running.put(tenant, "export/1", apiKey("canary"));
    keys.rewrap(MASTER, next);
    rotation(next).rotate();

    assertThatThrownBy(() -> running.get(tenant, "export/1")).isInstanceOf(SecretsUnavailable.class)
        .hasMessageContaining("cannot be decrypted with this master key");
    running.put(tenant, "export/2", apiKey("still stored"));
    assertThat(process(next).get(tenant, "export/2")).isEqualTo(apiKey("still stored"));
  }

  private List<Long> usedKeys() {
    return jdbc.sql("select distinct key_id from secret").query(Long.class).list();
  }
}
