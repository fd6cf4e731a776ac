package dev.apmexport.exporter.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A selector comes from outside, and must cost neither time nor memory whatever it says. */
class HostileSelectorTest {
  private static final String[] PIECES = {"(", "(?:", "(?P<n>", "(?i)", "[", "]", "[^", "a", "b-", "\\", "\\d", "\\pL",
      "\\p{Greek}", "\\Q", "\\E", "{2}", "{1,", "{3,5}", "{40}", "{9,}", "}", "*", "+", "?", "|", ")", ".", "^", "$",
      "\\x{10FFFF}", "\\x{110000}", "\\C", "é", "😀", "-", "[:alpha:]", "[:", ":]", "{0}", "\\8", "\\0", "(?-s:",
      "(?z)"};

  static Stream<String> tooLarge() {
    return Stream.of("((a{100}){100}){100}", "((((a{0}){1000}){1000}){1000}){1000}", "a{1000}".repeat(3),
        "(((a{1,30}){1,30}){1,30})", "(?:a{50}){50}", "([ab]{100}|c){100}", "(\\pL{100}){30}", "(a{1000,}b?){2,}",
        "[[:alpha:][]a{1000}(b{1000}){2}", "(\\Q)(\\E{1000}){1000}");
  }

  @ParameterizedTest
  @MethodSource("tooLarge")
  void a_regex_that_would_compile_to_a_large_program_is_refused(String regex) {
    assertThatThrownBy(() -> Selector.parse("a{b=~`" + regex + "`}")).isInstanceOf(SelectorSyntaxException.class)
        .hasMessageStartingWith("column 6: the regular expression repeats too much");
  }

  @ParameterizedTest
  @CsvSource(delimiterString = " ; ", value = {"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}",
      "/users/\\d{1,10}/orders/[^/]{1,64}(/items/\\d+)?", "(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|1?\\d?\\d)){3}",
      "(?i)grün|日本|😀|\\x{41}", "[b-😀ᲀ]", "{name}|[{]a{1000}[}]", ".{0,1000}", "\\{1000\\}{3}", "(?i)(get|post|put)"})
  void a_regex_that_people_write_is_taken(String regex) throws SelectorSyntaxException {
    assertThat(Selector.parse("a{b=~`" + regex + "`}").matchers()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(delimiterString = " ; ", value = {"(?i)ᲀ", "(?i)[a-日]", "(?si)[b-😀]", "(?i)x\\x{1c85}",
      "(?i)[^a-\\x{10FFFF}]"})
  void letters_of_any_case_are_refused_where_looking_for_them_would_never_end(String regex) {
    assertThatThrownBy(() -> Selector.parse("a{b=~`" + regex + "`}")).isInstanceOf(SelectorSyntaxException.class)
        .hasMessageStartingWith("column 6: the regular expression takes letters of any case");
  }

  @Test
  void a_selector_of_any_length_is_answered() {
    Stream.of("a{b=~\"" + "(".repeat(100_000) + "\"}", "a{" + "b=\"c\",".repeat(100_000) + "}", "a".repeat(100_000),
        "a{b=\"" + "\\".repeat(100_000))
        .forEach(text -> assertThatThrownBy(() -> Selector.parse(text)).isInstanceOf(SelectorSyntaxException.class)
            .hasMessageMatching("column 2001: a selector may have 2000 characters, and this has \\d+"));
  }

  @Test
  void groups_may_be_as_deep_as_a_selector_is_long() throws SelectorSyntaxException {
    assertThat(Selector.parse("a{b=~\"" + "(".repeat(900) + "x" + ")".repeat(900) + "\"}").matchers()).hasSize(1);
  }

  @Test
  void every_matcher_of_a_long_selector_counts() throws SelectorSyntaxException {
    Selector selector = Selector.parse("a{" + "b!=\"c\",".repeat(240) + "b=~\".*d\"}");
    assertThat(selector.matchers()).hasSize(241);
    assertThat(selector.matches(new InputSeries(0, MetricType.COUNTER, "a", Labels.of("b", "cd")))).isTrue();
    assertThat(selector.matches(new InputSeries(0, MetricType.COUNTER, "a", Labels.of("b", "c")))).isFalse();
  }

  @Test
  void the_largest_program_is_matched_in_linear_time() throws SelectorSyntaxException {
    Selector selector = Selector.parse("a{s=~\"((a{1,9}){1,9}){1,9}\"}");
    assertThat(selector.matches(new InputSeries(0, MetricType.COUNTER, "a", Labels.of("s", "a".repeat(730)))))
        .isFalse();
  }

  @Test
  void whatever_a_regex_holds_it_is_taken_or_refused_with_a_sentence() {
    Random random = new Random(20_201);
    for (int i = 0; i < 50_000; i++) {
      String regex = random(random);
      try {
        Selector.parse("a{b=~\"" + regex.replace("\\", "\\\\") + "\"}").matches(
            new InputSeries(0, MetricType.COUNTER, "a", Labels.of("b", "ab")));
      } catch (SelectorSyntaxException e) {
        assertThat(e.getMessage()).as(regex).startsWith("column 6: the regular expression ");
      }
    }
  }

  @Test
  void a_program_is_never_much_larger_than_was_reckoned() {
    Random random = new Random(20_202);
    for (int i = 0; i < 50_000; i++) {
      String regex = random(random);
      double reckoned = RegexSize.of(regex);
      if (reckoned <= 2_000) {
        assertThat(programSize(regex)).as(regex).isLessThanOrEqualTo(10 + 5 * (int) reckoned);
      }
    }
  }

  private static int programSize(String regex) {
    try {
      return Regex.compile(regex).programSize();
    } catch (PatternSyntaxException e) {
      return 0;
    }
  }

  private static String random(Random random) {
    StringBuilder regex = new StringBuilder();
    for (int n = 1 + random.nextInt(12); n > 0; n--) {
      regex.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return regex.toString();
  }
}
