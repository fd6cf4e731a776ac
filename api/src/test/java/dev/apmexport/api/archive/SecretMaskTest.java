package dev.apmexport.api.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretMaskTest {
  @ParameterizedTest
  @CsvSource(quoteCharacter = '"', value = {"\"\",abcdef,abcdef", "abcdef,xabcdefy,x******y",
      "abcdef,abcdefabcdef,************",
      "abcdef,ababcdef,ab******", "abcdef|cdefgh,abcdefgh,********", "abcdefgh|cdef,abcdefg,ab****g",
      "abcdefgh|cdef,abcdefgh,********", "aaaaaa,aaaaaaaaa,*********", "aaaaab,aaaaaaaab,aaa******",
      "abcabd,abcabcabd,abc******", "geheim-ü,ist geheim-ü.,ist *********.", "abcdef,abcde,abcde"})
  void every_occurrence_is_masked_byte_by_byte(String secrets, String text, String masked) {
    assertThat(new SecretMask(Stream.of(secrets.split("\\|")).filter(one -> !one.isEmpty()).toList()).mask(text))
        .isEqualTo(masked);
  }

  @Test
  void it_does_not_matter_how_a_stream_is_cut() throws IOException {
    SecretMask mask = new SecretMask(List.of("secret-one", "one-more-secret", "ret-one-m"));
    String text = "secret-one-more-secre secret-one-more-secret, secret-on";
    for (int cut = 0; cut <= text.length(); cut++) {
      assertThat(masked(mask, text.substring(0, cut), text.substring(cut))).isEqualTo(mask.mask(text))
          .startsWith("************ore-secre **********************").endsWith(", secret-on");
    }
  }

  @Test
  void what_is_longer_than_any_buffer_is_masked_across_all_its_borders() throws IOException {
    String text = "0123456789-secret".repeat(50_000);
    SecretMask mask = new SecretMask(List.of("89-secret01"));

    assertThat(masked(mask, text)).isEqualTo(text.replace("89-secret01", "***********"));
  }

  @Test
  void a_secret_of_a_hundred_thousand_bytes_is_found_as_well() throws IOException {
    String secret = noise(new Random(1), 100_000, 26);

    assertThat(masked(new SecretMask(List.of(secret)), secret.substring(0, 99_999), "x", secret, "y"))
        .isEqualTo(secret.substring(0, 99_999) + "x" + "*".repeat(100_000) + "y");
  }

  /** For hours, if every place where a secret ends were written over from where it begins. */
  @Test
  @Timeout(300)
  void secrets_that_overlap_themselves_take_no_longer_than_others() throws IOException {
    String secret = "xay".repeat(40_000);
    SecretMask.Masked masked = new SecretMask(List.of(secret, "axayxa")).onto(OutputStream.nullOutputStream());
    byte[] text = secret.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 1_000; i++) {
      masked.write(text);
    }
    masked.finish();

    assertThat(new SecretMask(List.of(secret)).mask(secret.repeat(100))).matches("\\*{12000000}");
  }

  @Test
  void made_up_texts_are_masked_as_a_plain_search_would() throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      Set<String> secrets = new HashSet<>();
      for (int i = 0; i < 1 + random.nextInt(8); i++) {
        secrets.add(noise(random, 1 + random.nextInt(6), 2));
      }
      String text = noise(random, 200, 3);
      int cut = random.nextInt(200);
      assertThat(masked(new SecretMask(secrets), text.substring(0, cut), text.substring(cut)))
          .as("%s in %s", secrets, text)
          .isEqualTo(plainly(text, secrets));
    }
  }

  private static String masked(SecretMask mask, String... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SecretMask.Masked masked = mask.onto(out);
    for (String part : parts) {
      masked.write(part.getBytes(StandardCharsets.UTF_8));
    }
    masked.finish();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String plainly(String text, Set<String> secrets) {
    char[] masked = text.toCharArray();
    for (String secret : secrets) {
      for (int at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
        java.util.Arrays.fill(masked, at, at + secret.length(), '*');
      }
    }
    return new String(masked);
  }

  private static String noise(Random random, int length, int letters) {
    StringBuilder text = new StringBuilder();
    random.ints(length, 'a', 'a' + letters).forEach(letter -> text.append((char) letter));
    return text.toString();
  }
}
