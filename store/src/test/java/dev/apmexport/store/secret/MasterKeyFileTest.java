package dev.apmexport.store.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterKeyFileTest extends WithKeys {
  @TempDir
  private Path dir;
  private Path path;
  private MasterKeyFile file;

  @BeforeEach
  void place() {
    path = dir.resolve("new").resolve("master.key");
    file = new MasterKeyFile(path);
  }

  @Test
  void the_first_start_makes_it_for_its_owner_alone_and_it_stays_the_same() throws IOException {
    process(file.keyOf(keys)).put(tenant, "export/1", apiKey("canary"));
    String key = Files.readString(path);

    assertThat(mode(path)).isEqualTo("rw-------");
    assertThat(Base64.getDecoder().decode(key)).hasSize(32);
    assertThat(process(file.keyOf(keys)).get(tenant, "export/1")).isEqualTo(apiKey("canary"));
    assertThat(Files.readString(path)).isEqualTo(key);
    assertThat(path.getParent().toFile().list()).containsExactly("master.key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
  void a_file_open_to_others_is_refused_with_what_to_do(String mode) throws IOException {
    file.keyOf(keys);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));

    assertThatThrownBy(() -> file.keyOf(keys)).isInstanceOf(MasterKeyRefused.class)
        .hasMessageContaining(mode + "): chmod 600 " + path).hasMessageNotContaining(Files.readString(path));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    assertThat(file.keyOf(keys)).isNotNull();
  }

  @Test
  void a_file_with_anything_else_in_it_is_refused_by_its_name() throws IOException {
    file.keyOf(keys);
    Files.writeString(path, "short");

    assertThatThrownBy(() -> file.keyOf(keys)).isInstanceOf(MasterKeyRefused.class)
        .hasMessageContaining(path + " must be 32 bytes in Base64");
  }

  @Test
  void a_file_that_another_start_made_first_is_the_key_of_both() throws Exception {
    List<Future<SecretStore>> starts = new ArrayList<>();
    try (ExecutorService processes = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        starts.add(processes.submit(() -> process(new MasterKeyFile(path).keyOf(keys))));
      }
    }
    starts.getFirst().get().put(tenant, "export/1", apiKey("canary"));

    for (Future<SecretStore> start : starts) {
      assertThat(start.get().get(tenant, "export/1")).isEqualTo(apiKey("canary"));
    }
  }

  @Test
  void an_empty_file_is_refused_with_what_to_do() throws IOException {
    Files.createDirectories(path.getParent());
    Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));

    assertThatThrownBy(() -> file.keyOf(keys)).isInstanceOf(MasterKeyRefused.class)
        .hasMessageContaining(path + " is empty").hasMessageContaining("delete the file");
    Files.delete(path);
    assertThat(file.keyOf(keys)).isNotNull();
  }

  @Test
  void a_missing_file_is_not_made_anew_where_secrets_need_the_old_one() throws IOException {
    process(file.keyOf(keys));
    Files.delete(path);

    assertThatThrownBy(() -> file.keyOf(keys)).isInstanceOf(MasterKeyRefused.class)
        .hasMessageContaining("neither given as APM_MASTER_KEY nor in " + path);
    assertThat(path).doesNotExist();
  }

  @Test
  void a_new_key_takes_the_place_of_the_old_one() throws IOException {
    process(file.keyOf(keys)).put(tenant, "export/1", apiKey("canary"));
    MasterKey old = file.keyOf(keys);
    String next = MasterKeyFile.random();

    file.change(keys, next);

    assertThat(Files.readString(path)).isEqualTo(next);
    assertThat(mode(path)).isEqualTo("rw-------");
    assertThat(process(file.keyOf(keys)).get(tenant, "export/1")).isEqualTo(apiKey("canary"));
    assertThatThrownBy(() -> process(old)).isInstanceOf(MasterKeyRefused.class);
  }

  @Test
  void a_change_that_was_interrupted_before_the_database_knew_leaves_the_old_key() throws IOException {
    SecretStore store = process(file.keyOf(keys));
    store.put(tenant, "export/1", apiKey("canary"));
    String old = Files.readString(path);
    next(MasterKeyFile.random());

    assertThat(process(file.keyOf(keys)).get(tenant, "export/1")).isEqualTo(apiKey("canary"));
    assertThat(Files.readString(path)).isEqualTo(old);
    file.change(keys, MasterKeyFile.random());
    assertThat(process(file.keyOf(keys)).get(tenant, "export/1")).isEqualTo(apiKey("canary"));
  }

  @Test
  void a_change_that_was_interrupted_after_the_database_knew_is_brought_to_its_end() throws IOException {
    process(file.keyOf(keys)).put(tenant, "export/1", apiKey("canary"));
    String next = MasterKeyFile.random();
    next(next);
    keys.rewrap(file.keyOf(keys), MasterKey.of(next, "a test"));

    assertThat(process(file.keyOf(keys)).get(tenant, "export/1")).containsValue(new Secret("canary"));
    assertThat(Files.readString(path)).isEqualTo(next);
    assertThat(path.resolveSibling("master.key.new")).doesNotExist();
  }

  private void next(String key) throws IOException {
    Path next = path.resolveSibling("master.key.new");
    Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(next, key);
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
