package dev.apmexport.exporter.source.remotewrite;

import static dev.apmexport.exporter.source.remotewrite.Read.NOW;
import static dev.apmexport.exporter.source.remotewrite.WriteRequests.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.source.InvalidPush;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeHistogramTest {
  /** Half of a bucket's width in schema 3, and our own histogram's last bit. */
  private static final double BOUND = 0.0433 + 0.0079;
  private static final String SECONDS = "k6_http_req_duration_seconds";

  private final Read read = new Read();

  /** Over many doublings, or over three where each has 256 buckets, since no more than 1,000 are taken. */
  private static double spread(int schema, double v) {
    return schema == 8 ? 0.25 + 1.5 * v : v * v * v * 2;
  }

  private void push(NativeHistogramSender sender, String name, long atMillis) throws InvalidPush {
    read.push(sender.write(new WriteRequests(), labels(name), atMillis));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 0, -2, 8})
  void every_push_brings_a_window_with_its_own_values(int schema) throws InvalidPush {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    NativeHistogramSender sender = new NativeHistogramSender(schema);
    for (int push = 0; push < 50; push++) {
      double[] values = random.doubles(2 + random.nextInt(300)).map(v -> spread(schema, v)).toArray();
      push(sender.add(values), SECONDS, NOW + push * 5_000L);
      Histogram window = read.windows.getLast();
      Arrays.sort(values);
      String as = "seed " + seed + ", push " + push;
      assertThat(window.count()).as(as).isEqualTo(values.length);
      assertThat(window.sum()).as(as).isCloseTo(Arrays.stream(values).sum() * 1000, within(1e-6));
      double bound = schema == 3 ? BOUND : schema == 8 ? 0.02 : 15.0 / 17 + 0.01;
      for (double q : new double[]{0.01, 0.5, 0.9, 0.95, 0.99, 1}) {
        double exact = values[Math.max(0, (int) Math.ceil(q * values.length) - 1)] * 1000;
        assertThat(window.quantile(q)).as("%s, p%s", as, q * 100).isCloseTo(exact, within(exact * bound + 0.001));
      }
      assertThat(window.min()).as(as).isCloseTo(values[0] * 1000, within(values[0] * 1000 * bound + 0.001));
    }
  }

  @Test
  void a_single_value_is_known_exactly() throws InvalidPush {
    NativeHistogramSender sender = new NativeHistogramSender().add(0.25, 0.5);
    push(sender, SECONDS, NOW);
    push(sender.add(0.123), SECONDS, NOW + 5_000);
    assertThat(read.windows.getLast().max()).isCloseTo(123, within(1e-9));
    assertThat(read.lines.getFirst()).isEqualTo("http_req_duration{scenario=\"default\"} 2 values, sum 750.0 @0");
  }

  @Test
  void zeros_and_negative_values_are_counted() throws InvalidPush {
    push(new NativeHistogramSender().add(0, 0, -4, -0.5, 3), "k6_balance", NOW);
    Histogram window = read.windows.getLast();
    assertThat(window.count()).isEqualTo(5);
    assertThat(window.sum()).isEqualTo(-1.5);
    assertThat(window.min()).isCloseTo(-4, within(4 * BOUND));
    assertThat(window.quantile(0.6)).isZero();
    assertThat(window.max()).isCloseTo(3, within(3 * BOUND));
  }

  @Test
  void bytes_are_bytes() throws InvalidPush {
    push(new NativeHistogramSender().add(10, 20), "k6_page_weight_bytes", NOW);
    assertThat(read.lines).containsExactly("page_weight{scenario=\"default\"} 2 values, sum 30.0 @0");
  }

  @Test
  void a_histogram_that_has_lost_something_has_begun_anew() throws InvalidPush {
    push(new NativeHistogramSender().add(0.1, 0.2), SECONDS, NOW);
    push(new NativeHistogramSender().add(0.3, 0.4, 0.5), SECONDS, NOW + 5_000);
    assertThat(read.windows.getLast().count()).isEqualTo(3);
    push(new NativeHistogramSender(5).add(0.3), SECONDS, NOW + 10_000);
    assertThat(read.windows.getLast().count()).isEqualTo(1);
  }

  @Test
  void what_cannot_be_read_is_refused_and_counted() throws InvalidPush {
    push(new NativeHistogramSender().add(0.1), SECONDS, NOW);
    push(new NativeHistogramSender(4).add(0.1, 0.1, 0.1), SECONDS, NOW + 1);
    push(new NativeHistogramSender().add(0.1, 0.2), SECONDS, NOW - 1);
    push(new NativeHistogramSender(-53).add(), SECONDS, NOW + 1);
    read.push(new WriteRequests().histogram(labels("k6_a"), out -> {
      new NativeHistogramSender().add(1, 2).fields(out);
      out.writeUInt64(1, 7);
      out.writeInt64(15, NOW);
    }));
    read.push(new WriteRequests().histogram(labels("k6_b"), out -> {
      out.writeDouble(2, 1.5);
      out.writeInt64(15, NOW);
    }));
    read.push(new WriteRequests().sample("k6_http_req_duration", 1, NOW + 2));
    assertThat(read.lines.subList(1, read.lines.size())).containsExactly(
        "refused UNKNOWN_HISTOGRAM " + SECONDS + "{scenario=\"default\"} 1",
        "refused OUT_OF_ORDER " + SECONDS + "{scenario=\"default\"} 1",
        "refused UNKNOWN_HISTOGRAM " + SECONDS + "{scenario=\"default\"} 1",
        "refused UNKNOWN_HISTOGRAM k6_a{scenario=\"default\"} 1",
        "refused UNKNOWN_HISTOGRAM k6_b{scenario=\"default\"} 1",
        "refused CHANGED_TYPE k6_http_req_duration{scenario=\"default\"} 1");
  }

  @Test
  void any_bytes_in_place_of_a_histogram_end_in_an_answer() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      byte[] noise = new byte[random.nextInt(60)];
      random.nextBytes(noise);
      try {
        read.push(new WriteRequests().histogram(labels(SECONDS), out -> out.writeRawBytes(noise)));
      } catch (InvalidPush e) {
        assertThat(e).as("seed %d", seed).hasMessageContaining("not a protobuf");
      }
    }
  }

  /** A histogram with so many values in each of so many buckets that lie side by side. */
  private static WriteRequests buckets(String[] labels, int buckets, int each, double sum, long atMillis) {
    return new WriteRequests().histogram(labels, out -> {
      out.writeUInt64(1, (long) buckets * each);
      out.writeDouble(3, sum);
      out.writeSInt32(4, 3);
      WriteRequests.nested(out, 11, span -> span.writeUInt32(2, buckets));
      WriteRequests.nested(out, 12, deltas -> {
        for (int i = 0; i < buckets; i++) {
          deltas.writeSInt64NoTag(i == 0 ? each : 0);
        }
      });
      out.writeInt64(15, atMillis);
    });
  }

  @Test
  void more_buckets_than_any_measurement_needs_are_refused_and_the_rest_of_the_push_stands() throws InvalidPush {
    read.push(buckets(labels(SECONDS), 1_001, 1, 1, NOW).sample("k6_vus", 3, NOW));
    read.push(buckets(labels(SECONDS), 1_000, 1, 1, NOW));
    assertThat(read.lines).containsExactly("refused UNKNOWN_HISTOGRAM " + SECONDS + "{scenario=\"default\"} 1",
        "vus{scenario=\"default\"} =3.0 @0", "http_req_duration{scenario=\"default\"} 1000 values, sum 1000.0 @0");
    read.push(new WriteRequests().histogram(labels(SECONDS), out -> {
      out.writeUInt64(1, 0);
      WriteRequests.nested(out, 11, span -> span.writeUInt32(2, -1 >>> 1));
      out.writeInt64(15, NOW + 1);
    }));
    assertThat(read.lines.getLast()).startsWith("refused UNKNOWN_HISTOGRAM");
  }

  /** What is kept of them until the next push takes memory, 100 buckets about as much as a series without any. */
  @Test
  void many_buckets_count_against_the_limit_of_series() throws InvalidPush {
    Read small = new Read(20);
    for (int series = 0; series < 3; series++) {
      small.push(buckets(new String[]{"__name__", SECONDS, "name", "n" + series}, 900, 1, 1, NOW));
    }
    assertThat(small.lines.getLast()).isEqualTo("refused TOO_MANY_SERIES " + SECONDS + "{name=\"n2\"} 1");
    assertThat(small.windows).hasSize(2);
    small.push(buckets(new String[]{"__name__", SECONDS, "name", "n1"}, 900, 2, 2, NOW + 5_000));
    assertThat(small.windows.getLast().count()).as("one that is known goes on").isEqualTo(900);
    assertThat(small.table.refused()).isEqualTo("1");
  }

  @Test
  void a_sum_that_is_no_number_in_milliseconds_is_refused_and_leaves_no_trace() throws InvalidPush {
    read.push(buckets(labels(SECONDS), 1, 3, 3, NOW));
    read.push(buckets(labels(SECONDS), 1, 4, 1e306, NOW + 1_000));
    read.push(buckets(labels(SECONDS), 1, 5, 5, NOW + 500));
    assertThat(read.lines).containsExactly("http_req_duration{scenario=\"default\"} 3 values, sum 3000.0 @0",
        "refused NOT_FINITE " + SECONDS + "{scenario=\"default\"} 1",
        "http_req_duration{scenario=\"default\"} 2 values, sum 2000.0 @0");
  }

  @Test
  void of_the_same_time_as_the_last_a_histogram_with_more_replaces_it_and_one_with_less_is_refused()
      throws InvalidPush {
    for (int each : new int[]{3, 3, 2, 4}) {
      read.push(buckets(labels(SECONDS), 1, each, each, NOW));
    }
    assertThat(read.windows.stream().mapToLong(Histogram::count)).containsExactly(3L, 0L, 1L);
    assertThat(read.lines.get(2)).isEqualTo("refused OUT_OF_ORDER " + SECONDS + "{scenario=\"default\"} 1");
  }
}
