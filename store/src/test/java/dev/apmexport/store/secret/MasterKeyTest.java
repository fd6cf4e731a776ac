package dev.apmexport.store.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterKeyTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "short", "not base 64 !", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMw=="})
  void a_key_of_the_wrong_length_is_refused_with_what_would_be_right(String key) {
    assertThatThrownBy(() -> MasterKey.of(key, "APM_MASTER_KEY")).isInstanceOf(MasterKeyRefused.class)
        .hasMessageContaining("APM_MASTER_KEY must be 32 bytes in Base64")
        .hasMessageContaining("openssl rand -base64 32");
  }

  @Test
  void a_key_does_not_show_itself() {
    String text = MasterKeyFile.random();

    assertThat(MasterKey.of("  " + text + "\n", "a file").toString()).doesNotContain(text);
    assertThatThrownBy(() -> MasterKey.of(text.substring(1), "a file")).hasMessageNotContaining(text.substring(1, 9));
  }
}
