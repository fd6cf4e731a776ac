package dev.apmexport.exporter.threshold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.exporter.threshold.ThresholdResult.State;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdEvaluationTest {
  private static final long BEGIN = 1_770_000_000L;
  private static final int SILENCE = 8;
  private static final Labels OK = Labels.of("status", "200");
  private static final Labels ERROR = Labels.of("status", "500");

  private final List<LogRecord> log = new ArrayList<>();

  private static MetricSets set() {
    return new MetricSets(1);
  }

  private void push(MetricSets set) {
    push("", set);
  }

  private void push(String generator, MetricSets set) {
    record(Kind.METRIC_SET, generator, set.packed());
  }

  private void record(Kind kind, String generator, byte[] payload) {
    log.add(new LogRecord(log.size() + 1, (BEGIN + 100) * 1000, kind, generator, BEGIN, BEGIN, payload));
  }

  private ThresholdResult result(String metric, String expression) {
    return results(log, List.of(Threshold.parse(metric, expression))).getFirst();
  }

  private static List<ThresholdResult> results(List<LogRecord> log, List<Threshold> thresholds) {
    ThresholdEvaluation evaluation = new ThresholdEvaluation(thresholds, 1_000,
        kind -> kind == Kind.REMOTE_WRITE ? 3 * SILENCE : SILENCE);
    log.forEach(evaluation::add);
    return evaluation.results();
  }

  @ParameterizedTest
  @CsvSource({"http_reqs, count==12, PASSED, 12", "http_reqs{status:200}, count<10, FAILED, 10",
      "http_reqs{status:500}, count===2, PASSED, 2", "checks, rate>=0.75, PASSED, 0.75",
      "checks, rate>0.75, FAILED, 0.75",
      "http_req_duration, avg==35, PASSED, 35", "http_req_duration, min==10, PASSED, 10",
      "http_req_duration, max<60, FAILED, 60", "http_req_duration{status:500}, p(100)==60, PASSED, 60",
      "http_req_duration, p(0)!=10, FAILED, 10", "vus, value==3, PASSED, 3"})
  void what_can_be_known_exactly_is(String metric, String expression, State state, double value) {
    push(set().counter("http_reqs", OK, BEGIN, 4).counter("http_reqs", ERROR, BEGIN, 2).rate("checks", OK, BEGIN, 1, 2)
        .trend("http_req_duration", OK, BEGIN, 10, 20, 30).gauge("vus", Labels.NONE, BEGIN, 5));
    push(set().counter("http_reqs", OK, BEGIN + 1, 6).rate("checks", ERROR, BEGIN + 1, 2, 2)
        .trend("http_req_duration", ERROR, BEGIN + 1, 60, 40, 50).gauge("vus", Labels.NONE, BEGIN + 1, 3));

    ThresholdResult result = result(metric, expression);
    assertThat(result.state()).isEqualTo(state);
    assertThat(result.value()).isEqualTo(value);
    assertThat(result.certain()).isTrue();
    assertThat(result.fails()).isEqualTo(state == State.FAILED);
    assertThat(result.reason()).isNull();
  }

  @Test
  void a_percentile_lies_within_its_bucket_and_a_limit_in_there_is_not_certain() {
    push(set().trend("http_req_duration", OK, BEGIN, 10, 20, 1000, 2000, 3000));

    assertThat(result("http_req_duration", "med<992").certain()).isTrue();
    assertThat(result("http_req_duration", "med<992").state()).isEqualTo(State.FAILED);
    assertThat(result("http_req_duration", "med<1004").state()).isEqualTo(State.PASSED);
    assertThat(result("http_req_duration", "med<1004").certain()).isTrue();
    ThresholdResult close = result("http_req_duration", "med<1000");
    assertThat(close.certain()).isFalse();
    assertThat(close.reason()).startsWith("The limit is too close").endsWith(".");
    assertThat(result("http_req_duration", "med==1000").certain()).isFalse();
    assertThat(result("http_req_duration", "med==900").certain()).isTrue();
  }

  @Test
  void a_counters_rate_is_per_second_of_the_run() {
    for (int second = 0; second < 100; second++) {
      push(set().counter("http_reqs", OK, BEGIN + second, 5).gauge("vus", Labels.NONE, BEGIN + second, 1));
    }
    assertThat(result("http_reqs", "rate>4.5").state()).isEqualTo(State.PASSED);
    assertThat(result("http_reqs", "rate>4.5").certain()).isTrue();
    assertThat(result("http_reqs", "rate<6").certain()).isTrue();
    assertThat(result("http_reqs", "rate>5").certain()).isFalse();
    assertThat(result("http_reqs", "rate>5").value()).isBetween(4.9, 5.15);
  }

  @Test
  void waiting_for_virtual_users_to_be_made_is_not_the_run() {
    for (int second = 0; second < 60; second++) {
      push(set().gauge("vus", Labels.NONE, BEGIN + second, 0).gauge("vus_max", Labels.NONE, BEGIN + second, 9));
    }
    for (int second = 60; second < 80; second++) {
      push(set().counter("http_reqs", OK, BEGIN + second, 10));
    }
    assertThat(result("http_reqs", "rate>2").value()).isBetween(9.9, 10.6);
    assertThat(result("http_reqs", "rate>5").certain()).as("it may have been running").isFalse();
  }

  @Test
  void virtual_users_of_several_generators_add_up_until_one_is_silent_and_other_gauges_do_not() {
    push("a", set().gauge("vus", Labels.NONE, BEGIN, 7).gauge("stock", Labels.NONE, BEGIN, 1));
    push("b", set().gauge("vus", Labels.NONE, BEGIN + 20, 4).gauge("stock", Labels.NONE, BEGIN + 20, 2));
    push("c", set().gauge("vus", Labels.NONE, BEGIN + 26, 2).gauge("stock", Labels.NONE, BEGIN + 26, 3));

    assertThat(result("vus", "value==6").state()).isEqualTo(State.PASSED);
    assertThat(result("stock", "value==3").state()).isEqualTo(State.PASSED);
  }

  @Test
  void of_several_values_in_the_last_bucket_nobody_knows_which_was_the_last() {
    push(set().gauge("stock", OK, BEGIN, 5).gauge("stock", ERROR, BEGIN, 9));

    assertThat(result("stock", "value<7").certain()).isFalse();
    assertThat(result("stock", "value<7").value()).isEqualTo(9);
    assertThat(result("stock", "value<10").certain()).isTrue();
    assertThat(result("stock{status:200}", "value==5").certain()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"http_reqs{status:404}, count<5, false, true", "http_reqs{status:404}, count>5, true, true",
      "http_reqs{status:404}, rate>5, true, true", "checks{check:gone}, rate>0.9, false, true",
      "http_req_failed, rate<0.1, false, true", "vus, value>=1, true, true",
      "http_req_duration, p(95)<200, false, true",
      "http_req_duration, p(95)>0, true, true", "my_trend, avg<5, false, true", "my_counter, count>=1, true, true",
      "my_metric, rate<5, false, true", "my_metric, rate>5, false, false", "orders{__x:1}, count>5, false, false",
      "http_reqs{test_run_id:1}, count<5, false, false"})
  void what_has_had_no_sample_is_told_as_such_and_counts_as_k6_counts_it(String metric, String expression,
      boolean fails, boolean certain) {
    push(set().counter("http_reqs", OK, BEGIN, 4).rate("checks", OK, BEGIN, 1, 1));

    ThresholdResult result = result(metric, expression);
    assertThat(result.state()).isEqualTo(State.NO_DATA);
    assertThat(result.value()).isNull();
    assertThat(result.fails()).isEqualTo(fails);
    assertThat(result.certain()).isEqualTo(certain);
    assertThat(result.reason()).startsWith("There was no sample of \"" + metric + "\". ").endsWith(".");
  }

  @Test
  void a_custom_metric_shows_by_its_type_what_it_cannot_be_asked() {
    push(set().counter("orders", OK, BEGIN, 4));

    assertThat(result("orders{a:b}", "p(95)<5").state()).isEqualTo(State.INVALID);
    assertThat(result("orders{a:b}", "p(95)<5").reason())
        .isEqualTo("orders is a counter, and of a counter a threshold may ask count, rate, not p(N).");
    assertThat(result("orders{a:b}", "p(95)<5").fails()).isFalse();
  }

  @Test
  void refused_samples_leave_the_result_uncertain() {
    push(set().counter("orders", OK, BEGIN, 4).counter("orders", OK, BEGIN - 40 * 86_400, 4));

    assertThat(result("orders", "count==4").state()).isEqualTo(State.PASSED);
    assertThat(result("orders", "count==4").certain()).isFalse();
    assertThat(result("orders", "count==4").reason()).isEqualTo("1 samples of orders were refused and are not in it.");
  }

  @Test
  void where_all_samples_were_refused_nothing_is_certain() {
    push(set().counter("orders", OK, BEGIN - 40 * 86_400, 4));

    ThresholdResult result = result("orders{status:200}", "count>=1");
    assertThat(result.state()).isEqualTo(State.NO_DATA);
    assertThat(result.certain()).isFalse();
    assertThat(result.fails()).isFalse();
    assertThat(result.reason()).isEqualTo("There was no sample of \"orders{status:200}\". "
        + "1 samples of orders were refused and are not in it.");
  }

  @ParameterizedTest
  @CsvSource({"paid, count>0", "paid, rate>0", "took, avg>0"})
  void a_sum_beyond_all_numbers_is_no_result(String metric, String expression) {
    for (int i = 0; i < 2; i++) {
      push(set().counter("paid", OK, BEGIN + i, Double.MAX_VALUE).trend("took", OK, BEGIN + i, Double.MAX_VALUE));
    }
    ThresholdResult result = result(metric, expression);
    assertThat(result.state()).isEqualTo(State.NO_DATA);
    assertThat(result.certain()).isFalse();
    assertThat(result.value()).isNull();
    assertThat(result.reason()).endsWith(".");
  }

  @Test
  void json_lines_count_as_pushes_do() {
    String lines = """
        {"type":"Metric","metric":"pay","data":{"type":"trend"}}
        {"type":"Point","metric":"pay","data":{"time":"2026-02-02T02:40:00Z","value":-5,"tags":{"a":"1"}}}
        {"type":"Point","metric":"pay","data":{"time":"2026-02-02T02:40:01Z","value":7.5,"tags":{"a":"1"}}}
        """;
    record(Kind.JSON_LINES, "", MetricSets.pack(lines.getBytes(StandardCharsets.UTF_8)));
    record(Kind.FINISH, "", new byte[0]);

    assertThat(result("pay{a:1}", "avg==1.25").value()).isEqualTo(1.25);
    assertThat(result("pay", "min==-5").state()).isEqualTo(State.PASSED);
  }

  @Test
  void a_run_without_a_record_has_no_data() {
    assertThat(result("http_reqs", "count>0").state()).isEqualTo(State.NO_DATA);
  }

  /** Random fractions: floating point alone would add them up to another last digit in another order. */
  @Test
  void the_order_of_records_does_not_matter() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      log.clear();
      for (int i = 0; i < 40; i++) {
        long at = BEGIN + random.nextInt(30);
        Labels labels = random.nextBoolean() ? OK : ERROR;
        push("g" + random.nextInt(3), set().counter("paid", labels, at, random.nextDouble() * 1e6)
            .trend("took", labels, at, random.nextDouble(), random.nextGaussian() * 1e3)
            .rate("checks", labels, at, random.nextInt(3), 3).gauge("vus", Labels.NONE, at, random.nextInt(9))
            .gauge("stock", labels, at, random.nextDouble()));
      }
      List<Threshold> thresholds = List.of(Threshold.parse("paid", "count<1e7"), Threshold.parse("paid", "rate<2e5"),
          Threshold.parse("paid{status:200}", "count<1e7"), Threshold.parse("took", "avg<0"),
          Threshold.parse("took", "p(95)<500"), Threshold.parse("took", "med<0.5"), Threshold.parse("took", "min<0"),
          Threshold.parse("checks", "rate<0.5"), Threshold.parse("vus", "value<9"),
          Threshold.parse("stock", "value<0.5"));
      List<ThresholdResult> before = results(log, thresholds);
      Collections.shuffle(log, random);
      assertThat(results(log, thresholds)).as("seed %d round %d", seed, round).isEqualTo(before);
    }
  }
}
