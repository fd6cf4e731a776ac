package dev.apmexport.store.runlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class MaskingTest {
  private static final String ODD = "pä\"ss\\w/ö&r d+%\n€\uD83D\uDE00";

  private static String mask(String text, String... secrets) {
    return new Masking(List.of(secrets)).mask(text);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_secret_is_hidden_wherever_it_stands() {
    assertThat(mask("s3cr3t! and xs3cr3t!x", "s3cr3t!")).isEqualTo("*** and x***x");
  }

  @Test
  void what_holds_no_secret_stays_as_it_is() {
    String plain = "Größe 3 €, Request Failed: dial tcp 127.0.0.1:1: connect: connection refused 100% \\o/ 😀";

    assertThat(mask(plain, "s3cr3t!")).isSameAs(plain);
    assertThat(mask("Größe s3cr3t! 😀", "s3cr3t!")).isEqualTo("Größe *** 😀");
  }

  @Test
  void secrets_that_overlap_are_hidden_together() {
    assertThat(mask("<abcdefgh>", "abcdef", "cdefgh")).isEqualTo("<***>");
    assertThat(mask("<abcabcabcabc>", "abcabcabc")).isEqualTo("<***>");
    assertThat(mask("<abcdefghijkl>", "abcdef", "ghijkl")).isEqualTo("<***>");
    assertThat(mask("<abcdefgh>", "abcdefgh", "cdefgh")).isEqualTo("<***>");
  }

  @Test
  void a_short_word_is_no_secret_that_could_be_hidden() {
    assertThat(mask("user admin of us1", "admin", "us1", "")).isEqualTo("user admin of us1");
  }

  @Test
  void a_secret_is_hidden_as_json_go_and_javascript_quote_it() {
    String json = JsonMapper.shared().writeValueAsString(ODD);
    String twice = JsonMapper.shared().writeValueAsString(json);
    assertThat(mask("body: " + json + "!", ODD)).isEqualTo("body: \"***\"!");
    assertThat(mask("body: " + twice + "!", ODD)).isEqualTo("body: \"\\\"***\\\"\"!");
    assertThat(mask("a \\u003cs\\u0065cr\\x65t\\u003E b", "<secret>")).isEqualTo("a *** b");
    assertThat(mask("a \\ud83d\\ude00smile b", "😀smile")).isEqualTo("a *** b");
  }

  @Test
  void a_secret_is_hidden_as_addresses_encode_it() {
    String form = URLEncoder.encode(ODD, StandardCharsets.UTF_8);
    assertThat(mask("GET /x?a=" + form + "&b=1", ODD)).isEqualTo("GET /x?a=***&b=1");
    assertThat(mask("GET /x/" + form.replace("+", "%20").toLowerCase(Locale.ROOT) + "/y", ODD.toLowerCase(
        Locale.ROOT))).isEqualTo("GET /x/***/y");
    assertThat(mask("%73%33%63%72%33%74%21", "s3cr3t!")).isEqualTo("***");
    assertThat(mask("two+words and two%20words", "two words")).isEqualTo("*** and ***");
  }

  @Test
  void a_secret_is_hidden_within_base64_wherever_it_stands_there() {
    for (String before : List.of("", "u:", "us:", "use:", "user:")) {
      String encoded = base64(before + "s3cr3t!");
      assertThat(mask("got " + encoded, "s3cr3t!")).doesNotContain(encoded.substring(0, 8)).startsWith("got ***");
      assertThat(mask("got%20" + encoded.replace("=", ""), "s3cr3t!")).endsWith("***");
    }
    assertThat(mask("url " + Base64.getUrlEncoder().encodeToString("??>>s3cr3t!".getBytes(StandardCharsets.UTF_8)),
        "s3cr3t!")).startsWith("url ***");
  }

  @Test
  void a_secret_that_was_cut_off_with_the_message_is_hidden() {
    assertThat(mask("the key is s3cr3t!-and-mo", "s3cr3t!-and-more")).isEqualTo("the key is ***");
    assertThat(mask("the key is \\u00733cr3t", "s3cr3t!-and-more")).isEqualTo("the key is ***");
    assertThat(mask("s3cr3t!-and is no secret", "s3cr3t!-and-more")).isEqualTo("s3cr3t!-and is no secret");
  }

  @Test
  void secrets_of_several_lines_and_in_texts_of_several_lines_are_hidden() {
    assertThat(mask("first\nline1\nline2\nlast", "line1\nline2")).isEqualTo("first\n***\nlast");
    assertThat(mask("\"first\\nline1\\nline2\\nlast\"", "line1\nline2")).isEqualTo("\"first\\n***\\nlast\"");
    assertThat(mask("Authorization: Bearer abc.def-1\nHost: x", "none here")).isEqualTo("Authorization: ***\nHost: x");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "sent Authorization: Bearer abc-123|sent Authorization: ***",
      "{\"Authorization\":\"Token abc-123\",\"Host\":\"x\"}|{\"Authorization\":\"***\",\"Host\":\"x\"}",
      "\"{\\\"authorization\\\":\\\"Basic dTpw\\\"}\"|\"{\\\"authorization\\\":\\\"***\\\"}\"",
      "map[Authorization:[Bearer abc-123] Host:[x]]|map[Authorization:[***] Host:[x]]",
      "Cookie: a=b; c=d|Cookie: ***",
      "with Bearer abc-123 refused|with Bearer *** refused",
      "with basic dTpwYXNzd29yZA== refused|with basic *** refused",
      "got token 0123abcd, bye|got token ***, bye",
      "api_key=abc&x=1|api_key=***&x=1",
      "DD-API-KEY: abc, x|DD-API-KEY: ***, x",
      "apiKey: \"two words\", b|apiKey: \"***\", b",
      "K6_CLOUD_TOKEN=abc k6 run|K6_CLOUD_TOKEN=*** k6 run",
      "{\"password\":\"ab c\",\"user\":\"u\"}|{\"password\":\"***\",\"user\":\"u\"}",
      "\"{\\\"password\\\":\\\"ab c\\\",\\\"user\\\":\\\"u\\\"}\"|\"{\\\"password\\\":\\\"***\\\",\\\"user\\\":\\\"u\\\"}\"",
      "passwd='ab c' x|passwd='***' x",
      "a?client_secret%3Dabc&x|a?client_secret%3D***&x",
      "GET http://h/p?sub-key=abc&x=1|GET http://h/p?sub-key=***&x=1",
      "Get \"http://user:pa@ss@host/x\": refused|Get \"http://***@host/x\": refused",
      "jwt eyJhbGciOi.eyJzdWIiOi.c2ln x|jwt *** x",
      "glc_eyJvIjoiMTIzNDU2Nzg5MCJ9 x|*** x",
      "our 0123456789abcdefghijKLMNOPQRSTUVWXYZ-_01234 x|our *** x"})
  void what_looks_like_a_secret_is_hidden(String said, String shown) {
    assertThat(mask(said)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic authentication failed", "the bearer of this", "Token refused by server",
      "Request Failed error=\"Get \\\"http://127.0.0.1:1/refused\\\": dial tcp: connection refused\"",
      "see https://k6.io/docs/@latest/javascript", "mail someone@example.com", "tokens: 12 of 40",
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "GET http://h/p?status=200&monkeys=3"})
  void ordinary_words_stay(String said) {
    assertThat(mask(said)).isEqualTo(said);
  }

  @Test
  void a_private_key_is_hidden_up_to_its_end() {
    assertThat(mask("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----"))
        .isEqualTo("-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----");
    assertThat(mask("-----BEGIN PRIVATE KEY-----\\nMIIE")).isEqualTo("-----BEGIN PRIVATE KEY-----***");
  }

  @Test
  void an_address_that_is_secret_has_secret_parts() {
    Set<String> texts = new TreeSet<>();
    RunSecrets.addWithParts("https://someone:pass%2Fword@example.com/write?key=qu%20ery&second", texts);
    assertThat(texts).contains("https://someone:pass%2Fword@example.com/write?key=qu%20ery&second", "someone",
        "pass/word", "qu ery", "second").doesNotContain("example.com", "/write", "key");
  }

  @Test
  void a_secret_that_names_its_scheme_is_secret_without_it() {
    Set<String> texts = new TreeSet<>();
    RunSecrets.addWithParts("Bearer abc-def", texts);
    assertThat(texts).containsExactly("Bearer abc-def", "abc-def");
  }

  @Test
  void texts_made_to_be_slow_are_masked_all_the_same() {
    Masking masking = new Masking(List.of("aaaaaaaab", "%%%%%%%%x"));
    for (String unit : List.of("a", "%", "\\", "A ", "://", "eyJ-", "?key", "\"", "authorization:", "\\u00",
        "token\\\"")) {
      assertThat(masking.mask(unit.repeat(4_096 / unit.length()))).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "%20", "+", ":", "\t", "\n", "=", "%3D", "\"", "'", "\\", "[", "/", ".", "-", "a",
      "&amp;",
      " %20+:"})
  void many_separators_behind_what_announces_a_secret_are_no_burden(String separator) {
    for (String word : List.of("token", "bearer", "authorization", "password=", "api_key", "://", "eyJ", "?key=",
        "glc_",
        "-----BEGIN PRIVATE KEY-----")) {
      assertThat(mask(word + separator.repeat(4_096) + "0123456789abcdef", "0123456789abcdef")).contains("***")
          .doesNotContain("0123456789abcdef");
    }
  }

  @Test
  void whatever_text_there_is_is_masked() {
    Random random = new Random(5);
    List<String> units = List.of("token", "bearer", "Basic", "authorization", "cookie", " ", "%20", "+", ":", "%3D",
        "=", "\"",
        "\\", "'", "[", "\\u00", "&amp;", "&#x25;", "%25", "://", "@", "?", "&", "key", "eyJ", ".", "-", "a", "A", "0",
        "-----BEGIN PRIVATE KEY-----", "gl", "_");
    for (int i = 0; i < 40; i++) {
      StringBuilder text = new StringBuilder();
      while (text.length() < 4_096) {
        text.repeat(units.get(random.nextInt(units.size())), 1 + random.nextInt(random.nextInt(500) + 1));
      }
      assertThat(mask(text + "\ns3cr3t!\n" + text, "s3cr3t!")).as("text " + i).doesNotContain("s3cr3t!");
    }
  }

  /** Comparing anew from every place on, this would go on for many minutes. */
  @Test
  void a_secret_that_repeats_itself_in_a_text_that_does_is_found_without_comparing_anew() {
    String repeated = "a".repeat(300_000);

    assertThat(mask("<" + repeated + repeated + "b>", repeated + "b")).isEqualTo("<" + "a".repeat(300_000) + "***>");
    assertThat(mask("<" + repeated + repeated + ">", repeated)).isEqualTo("<***>");
    assertThat(mask("<" + repeated + repeated, "a".repeat(299_999) + "b")).isEqualTo("<" + "a".repeat(300_001) + "***");
  }

  @Test
  void a_secret_is_found_where_a_search_from_every_place_on_finds_it() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      String word = ofTwoLetters(random, 6 + random.nextInt(6));
      String text = ofTwoLetters(random, 60) + "-";
      StringBuilder hidden = new StringBuilder(text);
      for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
        hidden.replace(at, at + word.length(), "*".repeat(word.length()));
      }
      assertThat(mask(text, word)).as(word + " in " + text).isEqualTo(hidden.toString().replaceAll("\\*+", "***"));
    }
  }

  private static String ofTwoLetters(Random random, int length) {
    return random.ints(length, 0, 2).mapToObj(one -> one == 0 ? "a" : "b").collect(Collectors.joining());
  }

  @Test
  void a_secret_is_hidden_that_was_encoded_for_an_address_twice_or_as_json_before() {
    String form = URLEncoder.encode(ODD, StandardCharsets.UTF_8);
    String json = JsonMapper.shared().writeValueAsString(ODD);
    assertThat(mask("next=" + URLEncoder.encode("/x?a=" + form, StandardCharsets.UTF_8), ODD))
        .isEqualTo("next=%2Fx%3Fa%3D***");
    assertThat(mask("q=" + URLEncoder.encode(json, StandardCharsets.UTF_8) + "&b", ODD)).isEqualTo("q=%22***%22&b");
  }

  @Test
  void a_secret_is_hidden_as_html_writes_it() {
    assertThat(mask("<p>p&amp;ss&lt;w&quot;rd&#39;&gt;</p>", "p&ss<w\"rd'>")).isEqualTo("<p>***</p>");
    assertThat(mask("p&#xE4;ss&#246;&#x1F600;", "pässö😀")).isEqualTo("***");
    assertThat(mask("\"a\\u0026amp;b&amp;amp;c&apos;\"", "a&b&amp;c'")).isEqualTo("\"***\"");
    assertThat(mask("s3cr3t!&#9999999;&#xd800;&nbsp;&", "s3cr3t!")).isEqualTo("***&#9999999;&#xd800;&nbsp;&");
  }

  @Test
  void the_shortest_secret_is_found_in_base64() {
    assertThat(mask("got " + base64("s3cr3t") + " ", "s3cr3t")).isEqualTo("got *** ");
  }
}
