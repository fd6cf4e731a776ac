package dev.apmexport.store.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VaultTest {
  @TempDir
  Path dir;

  @Test
  void the_key_file_is_for_its_owner_alone_and_stays_the_same() throws IOException {
    Path file = dir.resolve("new").resolve("master.key");
    String key = MasterKey.inFile(file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    assertThat(Base64.getDecoder().decode(key)).hasSize(32);
    assertThat(MasterKey.inFile(file)).isEqualTo(key);
    assertThat(MasterKey.inFile(dir.resolve("other.key"))).isNotEqualTo(key);
  }

  @Test
  void a_secret_opens_for_its_owner_only() {
    Vault vault = new Vault(MasterKey.inFile(dir.resolve("master.key")));
    byte[] sealed = vault.seal("export|1|/apiKey", "schlüssel");

    assertThat(vault.open("export|1|/apiKey", sealed)).isEqualTo("schlüssel");
    assertThatThrownBy(() -> vault.open("export|2|/apiKey", sealed)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void the_same_secret_is_never_the_same_ciphertext_and_never_readable() {
    Vault vault = new Vault(MasterKey.inFile(dir.resolve("master.key")));

    assertThat(vault.seal("a", "secret")).isNotEqualTo(vault.seal("a", "secret"));
    assertThat(new String(vault.seal("a", "secret"), StandardCharsets.ISO_8859_1)).doesNotContain("secret");
  }

  @Test
  void another_master_key_is_told_as_such_and_shows_no_secret() {
    byte[] sealed = new Vault(MasterKey.inFile(dir.resolve("one.key"))).seal("export|1", "canary");
    Vault other = new Vault(MasterKey.inFile(dir.resolve("other.key")));

    assertThatThrownBy(() -> other.open("export|1", sealed)).hasMessageContaining("master key is not the one")
        .hasMessageNotContaining("canary");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short", "not base 64 !", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMw=="})
  void a_key_of_the_wrong_length_is_refused_with_what_would_be_right(String key) {
    assertThatThrownBy(() -> new Vault(key)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 bytes in Base64").hasMessageContaining("openssl rand -base64 32");
  }
}
