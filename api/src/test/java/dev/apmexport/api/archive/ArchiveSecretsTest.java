package dev.apmexport.api.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ArchiveSecretsTest {
  @ParameterizedTest
  @CsvSource({"https://user:word@example.com/w,user word", "https://user@example.com/,user",
      "https://example.com/w?key=one&other=two#part,one two", "postgres://u:p@h/d?a?b=c,u p c",
      "https://example.com/w?key=a=b,a=b", "https://example.com:80/w?q&=x,x", "no address,''"})
  void the_secrets_in_an_address_are_found(String text, String found) {
    assertThat(String.join(" ", ArchiveSecrets.inAddress(text).filter(one -> !one.isEmpty()).toList()))
        .isEqualTo(found);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", ":", "/", "?", "&", "=", "@", "#", "//a", "//a:", ":a", "?a", "?=", "//:", "a@", "//@"})
  void no_text_is_gone_over_more_than_a_few_times(String piece) {
    String text = "https://" + piece.repeat(20_000) + ":" + piece.repeat(20_000) + "?" + piece.repeat(20_000);
    AtomicLong looks = new AtomicLong();

    assertThat(ArchiveSecrets.inAddress(new Counted(text, looks)).count()).isNotNegative();

    assertThat(looks.get()).isLessThan(30L * text.length());
  }

  @Test
  void a_value_that_is_longer_than_all_may_be_is_not_looked_into() {
    ObjectNode metadata = JsonMapper.shared().createObjectNode();
    metadata.putObject("env").put("DATA", "?".repeat(4 << 20));

    assertThatThrownBy(() -> ArchiveSecrets.takeFrom(metadata)).isInstanceOf(NotCopied.class)
        .hasMessageContaining("longer than 262144 bytes");
  }

  /** Counts how often anybody looks at a character. */
  private record Counted(CharSequence text, AtomicLong looks) implements CharSequence {
    @Override
    public char charAt(int index) {
      looks.incrementAndGet();
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
