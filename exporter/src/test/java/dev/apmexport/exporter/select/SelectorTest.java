package dev.apmexport.exporter.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {

  @ParameterizedTest
  @CsvSource(delimiterString = " | ", quoteCharacter = '`', value = {"http_reqs | http_reqs",
      "  http_reqs  | http_reqs", "http_reqs{} | http_reqs",
      "my.metric-name:total | my.metric-name:total", "http_reqs{status=\"200\"} | http_reqs{status=\"200\"}",
      "http_reqs { status = \"200\" , method != 'GET', } | http_reqs{status=\"200\",method!=\"GET\"}",
      "a{b=~\"x|y\",c!~\"z.*\"} | a{b=~\"x|y\",c!~\"z.*\"}", "a{b=\"}\",c=\"{,}\"} | a{b=\"}\",c=\"{,}\"}",
      "a{b=\"\"} | a{b=\"\"}", "a{b=\"\\\"\\\\\\'\"} | a{b=\"\\\"\\\\'\"}", "a{b=\"\\n\"} | a{b=\"\\n\"}",
      "a{b=~\"\\\\d+\"} | a{b=~\"\\\\d+\"}", "a{b=\"ü€\"} | a{b=\"ü€\"}",
      "a{b=\"\\x41\\u00fc\\101\\a\\U0001F600\"} | a{b=\"Aü\\u0041\\u0007\\ud83d\\ude00\"}"})
  void a_selector_is_read_as_promql_reads_it(String text, String read) throws SelectorSyntaxException {
    assertThat(Selector.parse(text)).isEqualTo(Selector.parse(read));
    assertThat(Selector.parse(Selector.parse(text).toString())).isEqualTo(Selector.parse(text));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "`` | column 1: expected a metric name, as in http_reqs{status=\"500\"}, the text ends",
      "{status=\"200\"} | column 1: expected a metric name, as in http_reqs{status=\"500\"}, found \"{\"",
      "a b | column 3: expected the end, found \"b\"",
      "a{ | column 3: expected a label name, the text ends",
      "a{b | column 4: expected one of = != =~ !~, the text ends",
      "a{b==\"c\"} | column 5: expected a value in quotes, found \"=\"",
      "a{b!\"c\"} | column 5: expected one of = != =~ !~, found \"\"\"",
      "a{b>\"c\"} | column 4: expected one of = != =~ !~, found \">\"",
      "a{b=c} | column 5: expected a value in quotes, found \"c\"",
      "a{b=\"c} | column 5: the quoted value has no end", "a{b=\"c\\\"} | column 5: the quoted value has no end",
      "a{b=\"c\" d=\"e\"} | column 9: expected \",\" or \"}\", found \"d\"",
      "a{b=\"c\"}x | column 9: expected the end, found \"x\"",
      "a{,} | column 3: expected a label name, found \",\"",
      "a{b=\"c\",,} | column 9: expected a label name, found \",\"",
      "a{b=~\"(\"} | column 6: the regular expression is not RE2 syntax",
      "a{b=~\"x(?=y)\"} | column 6: the regular expression is not RE2 syntax",
      "a{b=\"\\d\"} | column 6: unknown escape", "a{b=\"x\\u12\"} | column 7: unknown escape",
      "a{b=\"\\x4 | column 6: unknown escape", "a{b=\"c\"\\} | column 8: expected \",\" or \"}\", found \"\\\"",
      "a{b=\"😀\",ü} | column 10: expected one of = != =~ !~, found \"}\"",
      "a😀 | column 2: expected the end, found \"😀\"", "a{b=\"\\x+4\"} | column 6: unknown escape",
      "a{b=\"\\U00110000\"} | column 6: unknown escape", "a{b=\"\\ | column 5: unknown escape",
      "a{__name__=\"b\"} | column 3: the metric's name goes before the brace, not into it",
      "a{b=~\"((a{100}){100}){100}\"} | column 6: the regular expression repeats too much"})
  void a_mistake_is_named_with_its_column(String text, String message) {
    assertThatThrownBy(() -> Selector.parse(text)).isInstanceOf(SelectorSyntaxException.class)
        .hasMessageStartingWith(message)
        .extracting(e -> ((SelectorSyntaxException) e).column())
        .isEqualTo(Integer.parseInt(message.replaceAll("column (\\d+):.*", "$1")));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"a{status=\"200\"} | true", "a{status=\"20\"} | false",
      "a{status!=\"200\"} | false",
      "a{status=~\"2..\"} | true", "a{status=~\"2.\"} | false", "a{status=~\"00\"} | false", "a{status=~\"\"} | false",
      "a{status!~\"4..\"} | true", "a{status!~\"2..\"} | false", "a{status=~\"500,200\"} | false",
      "a{status=~\"(500)?(200)?\"} | true",
      "a{absent=\"\"} | true", "a{absent!=\"\"} | false", "a{absent=~\"\"} | true", "a{absent=~\".*\"} | true",
      "a{absent=~\".+\"} | false",
      "a{absent!~\".+\"} | true", "a{absent!=\"x\"} | true", "a{empty=\"\"} | true", "a{url=\"/{id},x\"} | true",
      "a{url=~\"/[{]id[}].*\"} | true", "a{text=~\"one.two\"} | true", "a{status=\"200\",empty=\"x\"} | false",
      "a{status=\"200\",absent=\"\",url!=\"/\"} | true",
      "a{näme=\"wärmepumpe 😀\"} | true", "a{näme=~\"w.rme.* .\"} | true", "a{näme=~\"WÄRME.*\"} | false",
      "a{näme=~\"(?i)WÄRME.*\"} | true", "a{status=~\"^200$\"} | true",
      "a{status=~\"\\\\d{3}\"} | true", "a{status!~\"\"} | true", "a{absent!~\"\"} | false", "A | false", "a | true"})
  void a_selector_matches_as_promql_does(String selector, boolean matches) throws SelectorSyntaxException {
    Labels labels = Labels.of("status", "200", "empty", "", "url", "/{id},x", "text", "one\ntwo", "näme",
        "wärmepumpe 😀");
    InputSeries series = new InputSeries(0, MetricType.COUNTER, "a", labels);
    assertThat(Selector.parse(selector).matches(series)).isEqualTo(matches);
  }

  @Test
  void nothing_in_backquotes_is_an_escape() throws SelectorSyntaxException {
    assertThat(Selector.parse("a{b=~`\\d\"+`}")).isEqualTo(Selector.parse("a{b=~\"\\\\d\\\"+\"}"));
  }

  @Test
  void alternatives_are_anchored_at_both_ends() throws SelectorSyntaxException {
    Selector selector = Selector.parse("a{s=~\"x|y\"}");
    assertThat(selector.matches(new InputSeries(0, MetricType.COUNTER, "a", Labels.of("s", "xz")))).isFalse();
    assertThat(selector.matches(new InputSeries(0, MetricType.COUNTER, "a", Labels.of("s", "zy")))).isFalse();
    assertThat(selector.matches(new InputSeries(0, MetricType.COUNTER, "a", Labels.of("s", "y")))).isTrue();
  }

  @Test
  void a_pattern_that_would_blow_up_elsewhere_is_matched_in_linear_time() throws SelectorSyntaxException {
    Selector selector = Selector.parse("a{s=~\"(x+x+)+y\"}");
    assertThat(selector.matches(new InputSeries(0, MetricType.COUNTER, "a", Labels.of("s", "x".repeat(20_000)))))
        .isFalse();
  }
}
