package dev.apmexport.exporter.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdExpressionTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "count<100          | COUNT      | 0      | LESS           | 100",
      "rate>0.95          | RATE       | 0      | GREATER        | 0.95",
      "value==3           | VALUE      | 0      | EQUAL          | 3",
      "avg<=200.5         | AVG        | 0      | AT_MOST        | 200.5",
      "min>=1             | MIN        | 0      | AT_LEAST       | 1",
      "max!=5             | MAX        | 0      | NOT_EQUAL      | 5",
      "med===7            | MED        | 0      | STRICTLY_EQUAL | 7",
      "p(95)<200          | PERCENTILE | 95     | LESS           | 200",
      "p(99.99)<1e3       | PERCENTILE | 99.99  | LESS           | 1000",
      "p(0)<1             | PERCENTILE | 0      | LESS           | 1",
      "p(100)<1           | PERCENTILE | 100    | LESS           | 1",
      "p(9.5e1)<1         | PERCENTILE | 95     | LESS           | 1",
      "p<200              | PERCENTILE | 0      | LESS           | 200",
      "'  p(95)  <  200 ' | PERCENTILE | 95     | LESS           | 200",
      "count>-1.5E+2      | COUNT      | 0      | GREATER        | -150",
      "count>+5           | COUNT      | 0      | GREATER        | 5",
      "count>.5           | COUNT      | 0      | GREATER        | 0.5",
      "count>5.           | COUNT      | 0      | GREATER        | 5",
      "count<1_000        | COUNT      | 0      | LESS           | 1000",
      "count<0x1p4        | COUNT      | 0      | LESS           | 16",
      "count<Inf          | COUNT      | 0      | LESS           | Infinity",
      "count>-infinity    | COUNT      | 0      | GREATER        | -Infinity",
      "count<nan          | COUNT      | 0      | LESS           | NaN",
      "count<1e-400       | COUNT      | 0      | LESS           | 0"})
  void every_form_that_k6_takes_is_read(String text, AggregationMethod method, double percentile, Operator operator,
      double value) throws InvalidThreshold {
    assertThat(ThresholdExpression.parse(text))
        .isEqualTo(new ThresholdExpression(method, percentile, operator, value));
  }

  @Test
  void spaces_are_gos() throws InvalidThreshold {
    assertThat(ThresholdExpression.parse("\u00a0\u0085rate\t>\n0.5\u2003").value()).isEqualTo(0.5);
    assertThatThrownBy(() -> ThresholdExpression.parse("rate\u001c>0.5")).isInstanceOf(InvalidThreshold.class);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "''            | column 1:  | there is no operator",
      "p(95)200      | column 6:  | there is no operator",
      "p(95)=200     | column 6:  | there is no operator",
      "p95<200       | column 1:  | \"p95\" is no aggregation; it must be count, rate,",
      "'  pp(95)<200'| column 3:  | \"pp(95)\" is no aggregation",
      "P(95)<200     | column 1:  | is no aggregation",
      "Avg<200       | column 1:  | is no aggregation",
      "<200          | column 1:  | \"\" is no aggregation",
      "p(95<200      | column 1:  | is no aggregation",
      "p (95)<200    | column 1:  | is no aggregation",
      "p( 95 )<200   | column 3:  | the percentile must be a number",
      "p()<200       | column 3:  | the percentile must be a number",
      "p(95%)<200    | column 3:  | the percentile must be a number",
      "p(101)<200    | column 3:  | from 0 to 100",
      "p(-1)<200     | column 3:  | from 0 to 100",
      "p(nan)<200    | column 3:  | from 0 to 100",
      "p(95)<        | column 7:  | the limit after the operator must be a number",
      "p(95)< 200ms  | column 8:  | \"200ms\" is no number",
      "p(95)<200 ms  | column 7:  | is no number",
      "p(95)<2,5     | column 7:  | is no number",
      "p(95)<1d      | column 7:  | is no number",
      "p(95)<0x10    | column 7:  | is no number",
      "p(95)<1__0    | column 7:  | is no number",
      "p(95)<1e999   | column 7:  | is too large",
      "p(95)<=>200   | column 8:  | \">200\" is no number",
      "rate====5     | column 8:  | \"=5\" is no number",
      "rate=>5       | column 1:  | \"rate=\" is no aggregation",
      "a<b<5         | column 3:  | \"b<5\" is no number",
      "200>p(95)     | column 5:  | \"p(95)\" is no number"})
  void what_k6_refuses_is_refused_with_its_place(String text, String column, String message) {
    assertThatThrownBy(() -> ThresholdExpression.parse(text)).isInstanceOf(InvalidThreshold.class)
        .hasMessageContaining(column).hasMessageContaining(message).hasMessageEndingWith(".");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100_000})
  void a_message_shows_one_short_line_of_whatever_was_written(int length) {
    assertThatThrownBy(() -> ThresholdExpression.parse("x\n".repeat(length)))
        .satisfies(fault -> assertThat(fault.getMessage()).hasSizeLessThan(400).doesNotContain("\n"));
  }

  @ParameterizedTest
  @CsvSource({"LESS, true, false, false", "AT_MOST, true, true, false", "GREATER, false, false, true",
      "AT_LEAST, false, true, true", "EQUAL, false, true, false", "STRICTLY_EQUAL, false, true, false",
      "NOT_EQUAL, true, false, true"})
  void operators_compare_as_they_are_written(Operator operator, boolean less, boolean equal, boolean more) {
    assertThat(operator.holds(1, 2)).isEqualTo(less);
    assertThat(operator.holds(2, 2)).isEqualTo(equal);
    assertThat(operator.holds(3, 2)).isEqualTo(more);
  }
}
