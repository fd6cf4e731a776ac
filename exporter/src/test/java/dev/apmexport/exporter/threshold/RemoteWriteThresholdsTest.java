package dev.apmexport.exporter.threshold;

import static dev.apmexport.exporter.source.remotewrite.WriteRequests.labels;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.remotewrite.NativeHistogramSender;
import dev.apmexport.exporter.source.remotewrite.WriteRequests;
import dev.apmexport.exporter.threshold.ThresholdResult.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What remote write tells less of than k6's own pushes: values only by wide buckets, and its totals only now and then. */
class RemoteWriteThresholdsTest {
  private static final long BEGIN = 1_770_000_000_000L;
  private static final String DURATION = "k6_http_req_duration_seconds";
  private static final double[] FACTORS = {0.5, 0.9, 0.95, 0.97, 0.99, 0.999, 1, 1.001, 1.01, 1.03, 1.05, 1.1, 2};

  private final List<LogRecord> log = new ArrayList<>();

  private void push(String generator, long atMillis, WriteRequests push) {
    log.add(new LogRecord(log.size() + 1, atMillis, Kind.REMOTE_WRITE, generator, atMillis / 1000, atMillis / 1000,
        push.packed()));
  }

  private void push(long atMillis, WriteRequests push) {
    push("", atMillis, push);
  }

  private ThresholdResult result(String metric, String expression) {
    return results(List.of(Threshold.parse(metric, expression))).getFirst();
  }

  private List<ThresholdResult> results(List<Threshold> thresholds) {
    ThresholdEvaluation evaluation = new ThresholdEvaluation(thresholds, 1_000,
        kind -> kind == Kind.REMOTE_WRITE ? 25 : 8);
    log.forEach(evaluation::add);
    return evaluation.results();
  }

  @ParameterizedTest
  @ValueSource(strings = {"p(95)<201", "med<=200.6", "min>201", "max<=200.6", "max==200.5", "p(100)>201.1"})
  void a_limit_within_a_bucket_of_the_sender_is_not_certain(String expression) {
    double[] values = new double[100];
    Arrays.fill(values, 0.2005);
    push(BEGIN, new NativeHistogramSender().add(values).write(new WriteRequests(), labels(DURATION), BEGIN));

    assertThat(result("http_req_duration", expression).certain()).isFalse();
    assertThat(result("http_req_duration", expression).reason()).startsWith("The limit is too close");
    assertThat(result("http_req_duration", expression.replaceAll("20.*", "150")).certain()).isTrue();
    assertThat(result("http_req_duration", expression.replaceAll("20.*", "250")).certain()).isTrue();
  }

  /** One threshold, and whether it holds for what was measured. */
  private record Asked(Threshold threshold, boolean holds) {}

  @Test
  void what_is_certain_of_native_histograms_is_true() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int certain = 0;
    int uncertain = 0;
    for (int round = 0; round < 60; round++) {
      log.clear();
      double[] values = pushed(random, round % 3 == 0);
      List<Asked> asked = asked(values);
      List<ThresholdResult> results = results(asked.stream().map(Asked::threshold).toList());
      for (int i = 0; i < asked.size(); i++) {
        if (results.get(i).certain()) {
          certain++;
          assertThat(results.get(i).state() == State.PASSED).as("seed %d, %s", seed, results.get(i))
              .isEqualTo(asked.get(i).holds);
        } else {
          uncertain++;
        }
      }
    }
    assertThat(certain).isGreaterThan(uncertain / 2);
    assertThat(uncertain).isPositive();
  }

  /** Some pushes of a growing histogram, a single value in some of them; the values in rising order. */
  private double[] pushed(Random random, boolean negative) {
    NativeHistogramSender sender = new NativeHistogramSender();
    double[] all = {};
    for (int push = 0; push < 4; push++) {
      double[] more = random.doubles(1 + random.nextInt(4) * random.nextInt(20))
          .map(v -> (negative ? v - 0.5 : v) * v * 2).toArray();
      all = Arrays.copyOf(all, all.length + more.length);
      System.arraycopy(more, 0, all, all.length - more.length, more.length);
      long at = BEGIN + push * 5_000;
      push(at, sender.add(more).write(new WriteRequests(), labels("k6_balance"), at));
    }
    Arrays.sort(all);
    return all;
  }

  private static List<Asked> asked(double[] sorted) {
    List<Asked> asked = new ArrayList<>();
    double sum = Arrays.stream(sorted).sum();
    ask("min", sorted[0], asked);
    ask("max", sorted[sorted.length - 1], asked);
    ask("avg", sum / sorted.length, asked);
    for (double p : new double[]{0, 25, 50, 90, 99, 100}) {
      double place = p / 100 * (sorted.length - 1);
      double below = sorted[(int) Math.floor(place)];
      double above = sorted[(int) Math.ceil(place)];
      ask("p(" + p + ")", below + (above - below) * (place - Math.floor(place)), asked);
    }
    return asked;
  }

  private static void ask(String method, double value, List<Asked> asked) {
    for (double factor : FACTORS) {
      for (Operator operator : Operator.values()) {
        double limit = value * factor;
        asked.add(new Asked(Threshold.parse("balance", method + operator.token() + limit),
            operator.holds(value, limit)));
      }
    }
  }

  /** 10 requests per second for 20 s; the first push tells nothing of when they began. */
  @ParameterizedTest
  @CsvSource({"5, rate<10.5", "10, rate<10.5", "5, rate>=10.5", "10, rate>9.5"})
  void a_counters_rate_is_not_certain_where_it_depends_on_when_k6_began(int interval, String expression) {
    for (int second = interval; second <= 20; second += interval) {
      long at = BEGIN + second * 1000L;
      push(at, new WriteRequests().sample("k6_http_reqs_total", 10 * second, at - 100)
          .sample("k6_vus", 1, at - 500));
    }
    assertThat(result("http_reqs", expression).certain()).isFalse();
    assertThat(result("http_reqs", "rate<30").certain()).isTrue();
    assertThat(result("http_reqs", "rate>3").certain()).isTrue();
    assertThat(result("http_reqs", "count==200").certain()).isTrue();
    assertThat(result("http_reqs", "rate>0").value()).isBetween(8.0, 12.5);
  }

  @Test
  void refused_samples_leave_the_result_uncertain() {
    push(BEGIN, new WriteRequests().sample("k6_orders_total", 4, BEGIN));
    push(BEGIN + 1, new WriteRequests().sample("k6_orders_total", 5, BEGIN - 1));

    assertThat(result("orders", "count==4").state()).isEqualTo(State.PASSED);
    assertThat(result("orders", "count==4").certain()).isFalse();
    assertThat(result("orders", "count==4").reason()).isEqualTo("1 samples of orders were refused and are not in it.");
  }

  @ParameterizedTest
  @CsvSource({"k6_orders_total, orders, count<5", "k6_http_req_duration_p99, http_req_duration, p(95)<5",
      "k6_cart_p99, cart_p99, value<5", "k6_payment_declined_rate, payment_declined, rate<0.1"})
  void without_a_sample_that_was_not_refused_nothing_is_certain(String sent, String metric, String expression) {
    push(BEGIN, new WriteRequests().sample(sent, Double.POSITIVE_INFINITY, BEGIN));

    ThresholdResult result = result(metric, expression);
    assertThat(result.state()).isEqualTo(State.NO_DATA);
    assertThat(result.certain()).isFalse();
    assertThat(result.fails()).isFalse();
    assertThat(result.reason()).isEqualTo("There was no sample of \"" + metric + "\". 1 samples of " + metric
        + " were refused and are not in it.");
  }

  @Test
  void a_generator_that_pushes_seldom_is_not_silent() {
    push("a", BEGIN, new WriteRequests().sample("k6_vus", 7, BEGIN));
    push("b", BEGIN + 20_000, new WriteRequests().sample("k6_vus", 4, BEGIN + 20_000));

    assertThat(result("vus", "value==11").state()).isEqualTo(State.PASSED);
  }
}
