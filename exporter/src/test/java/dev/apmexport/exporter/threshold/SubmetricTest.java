package dev.apmexport.exporter.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.Labels;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubmetricTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "m                                      | m | ",
      "m{status:200}                          | m | status=200",
      "m{ status : 200 , method : GET }       | m | status=200;method=GET",
      "m{name:\"home page\"}                  | m | name=home page",
      "m{'name':'home'}                       | m | name=home",
      "m{name:\"it's\"}                       | m | name=it's",
      "m{name:''x''}                          | m | name=x",
      "m{url:http://localhost:80/a?b={c}}     | m | url=http://localhost:80/a?b={c}",
      "m{group:::checkout::pay}               | m | group=::checkout::pay",
      "m{group:\"\"}                          | m | group=",
      "m{status:200,status:404}               | m | status=404"})
  void what_k6_reads_is_read_alike(String text, String metric, String tags) throws InvalidThreshold {
    Submetric submetric = Submetric.parse(text);

    assertThat(submetric.metric()).isEqualTo(metric);
    Map<String, String> expected = new java.util.TreeMap<>();
    for (String tag : tags == null ? new String[0] : tags.split(";")) {
      expected.put(tag.split("=", 2)[0], tag.split("=", 2)[1]);
    }
    assertThat(submetric.tags()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "``                | column 1:  | the name of a metric is missing",
      "{status:200}      | column 1:  | the name of a metric is missing",
      "m}                | column 2:  | without a {",
      "m{status:200      | column 12: | must end with }",
      "m{status:200}x    | column 14: | must end with }",
      "m}{               | column 3:  | must end with }",
      "m{}               | column 3:  | \"\" is no tag; it must be key:value",
      "m{status}         | column 3:  | \"status\" is no tag",
      "m{status:}        | column 3:  | \"status:\" is no tag",
      "m{status=200}     | column 3:  | is no tag",
      "m{a:b,}           | column 7:  | \"\" is no tag",
      "m{a:b,,c:d}       | column 7:  | \"\" is no tag",
      "m{name:\"a,b\"}   | column 11: | neither may hold a comma"})
  void what_k6_refuses_is_refused_with_its_place(String text, String column, String message) {
    assertThatThrownBy(() -> Submetric.parse(text)).isInstanceOf(InvalidThreshold.class).hasMessageContaining(column)
        .hasMessageContaining(message).hasMessageEndingWith(".");
  }

  @Test
  void a_series_belongs_to_it_that_carries_all_its_tags() throws InvalidThreshold {
    Submetric submetric = Submetric.parse("m{status:200,group:''}");

    assertThat(submetric.holds(Labels.of("status", "200", "group", "", "method", "GET"))).isTrue();
    assertThat(submetric.holds(Labels.of("status", "200", "group", "::a"))).isFalse();
    assertThat(submetric.holds(Labels.of("group", ""))).isFalse();
    assertThat(submetric.holds(Labels.of("status", "200"))).as("absent is not empty").isFalse();
    assertThat(Submetric.parse("m").holds(Labels.NONE)).isTrue();
  }

  @Test
  void the_same_tags_in_another_order_and_dress_are_the_same() throws InvalidThreshold {
    assertThat(Submetric.parse("m{b:2, a:'1'}")).isEqualTo(Submetric.parse("m{a:1,b:\"2\"}"))
        .hasSameHashCodeAs(Submetric.parse("m{a:1,b:2}"));
  }
}
