package dev.apmexport.exporter.source.remotewrite;

import static dev.apmexport.exporter.source.remotewrite.Read.NOW;
import static dev.apmexport.exporter.source.remotewrite.WriteRequests.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.remotewrite.WriteRequests.Sample;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteWriteReaderTest {
  private final Read read = new Read();

  private void pushes(UnaryOperator<WriteRequests> push) throws InvalidPush {
    read.push(push.apply(new WriteRequests()));
  }

  @Test
  void a_total_becomes_what_was_added_since_the_sample_before() throws InvalidPush {
    pushes(push -> push.sample("k6_http_reqs_total", 5, NOW));
    pushes(push -> push.sample("k6_http_reqs_total", 7, NOW + 4_999).sample("k6_vus", 3, NOW + 5_000));
    assertThat(read.lines).containsExactly("http_reqs{scenario=\"default\"} +5.0 @0",
        "http_reqs{scenario=\"default\"} +2.0 @4", "vus{scenario=\"default\"} =3.0 @5");
  }

  @Test
  void a_total_that_falls_has_begun_anew() throws InvalidPush {
    pushes(push -> push.sample("k6_http_reqs_total", 5, NOW));
    pushes(push -> push.sample("k6_http_reqs_total", 2, NOW + 5_000));
    pushes(push -> push.sample("k6_http_reqs_total", 6, NOW + 10_000));
    assertThat(read.totals).containsEntry("http_reqs", 5.0 + 6.0);
  }

  @Test
  void a_mark_of_the_end_is_no_sample_and_nothing_is_counted_twice_after_it() throws InvalidPush {
    pushes(push -> push.sample("k6_http_reqs_total", 5, NOW).end("k6_http_reqs_total", NOW + 1_000));
    pushes(push -> push.sample("k6_http_reqs_total", 6, NOW + 2_000).end("k6_never_seen", NOW));
    assertThat(read.lines).hasSize(2);
    assertThat(read.totals).containsEntry("http_reqs", 6.0);
  }

  @Test
  void a_sample_that_is_older_than_the_last_of_its_series_is_refused() throws InvalidPush {
    pushes(push -> push.series(labels("k6_http_reqs_total"), new Sample(5, NOW), new Sample(4, NOW - 1)));
    pushes(push -> push.sample("k6_http_reqs_total", 9, NOW - 1).sample("k6_vus", 1, NOW - 1));
    assertThat(read.lines).containsExactly("http_reqs{scenario=\"default\"} +5.0 @0",
        "refused OUT_OF_ORDER k6_http_reqs_total{scenario=\"default\"} 1",
        "refused OUT_OF_ORDER k6_http_reqs_total{scenario=\"default\"} 1", "vus{scenario=\"default\"} =1.0 @-1");
  }

  /** k6's times are milliseconds, so two pushes may tell of the same one. */
  @Test
  void a_sample_of_the_same_time_replaces_the_last_one() throws InvalidPush {
    pushes(push -> push.sample("k6_http_reqs_total", 5, NOW));
    pushes(push -> push.sample("k6_http_reqs_total", 5, NOW));
    pushes(push -> push.sample("k6_http_reqs_total", 8, NOW));
    assertThat(read.totals).containsEntry("http_reqs", 8.0);
    pushes(push -> push.sample("k6_http_reqs_total", 6, NOW));
    assertThat(read.lines.getLast()).isEqualTo("http_reqs{scenario=\"default\"} +-2.0 @0");
    pushes(push -> push.sample("k6_http_reqs_total", 7, NOW + 1));
    assertThat(read.totals).containsEntry("http_reqs", 7.0);
  }

  @Test
  void a_ratio_of_the_same_time_replaces_the_last_one() throws InvalidPush {
    pushes(push -> push.sample("k6_http_reqs_total", 10, NOW).sample("k6_http_req_failed_rate", 0.5, NOW));
    pushes(push -> push.sample("k6_http_reqs_total", 8, NOW).sample("k6_http_req_failed_rate", 0.25, NOW));
    assertThat(read.lines).contains("http_req_failed{scenario=\"default\"} 5 of 10 @0",
        "http_req_failed{scenario=\"default\"} -3 of -2 @0");
  }

  @Test
  void what_is_no_number_after_the_conversion_is_refused_and_leaves_no_trace() throws InvalidPush {
    pushes(push -> push.sample("k6_http_req_duration_sum", 1, NOW).sample("k6_orders_total", -1e308, NOW));
    pushes(push -> push.sample("k6_http_req_duration_sum", 1e306, NOW + 1_000)
        .sample("k6_http_req_duration_p99", 1e306, NOW + 1_000).sample("k6_orders_total", 1e308, NOW + 1_000));
    pushes(push -> push.sample("k6_http_req_duration_sum", 3, NOW + 500)
        .sample("k6_http_req_duration_p99", 1, NOW + 500).sample("k6_orders_total", 0, NOW + 500));
    assertThat(read.lines).containsExactly("http_req_duration_sum{scenario=\"default\"} +1000.0 @0",
        "orders{scenario=\"default\"} +-1.0E308 @0",
        "refused NOT_FINITE k6_http_req_duration_sum{scenario=\"default\"} 1",
        "refused NOT_FINITE k6_http_req_duration_p99{scenario=\"default\"} 1",
        "refused NOT_FINITE k6_orders_total{scenario=\"default\"} 1",
        "http_req_duration_sum{scenario=\"default\"} +2000.0 @0",
        "http_req_duration_p99{scenario=\"default\"} =1000.0 @0", "orders{scenario=\"default\"} +1.0E308 @0");
  }

  @Test
  void bad_series_are_refused_one_by_one_and_the_good_ones_stand() throws InvalidPush {
    Sample one = new Sample(1, NOW);
    pushes(push -> push.series(new String[]{"scenario", "a"}, one).series(new String[]{}, one)
        .series(new String[]{"z", "1", "__name__", "k6_vus"}, one)
        .series(new String[]{"__name__", "k6_vus", "a", "1", "a", "1"}, one)
        .series(new String[]{"", "x", "__name__", "k6_vus"}, one)
        .sample("k6_vus", Double.NaN, NOW).sample("k6_vus", Double.POSITIVE_INFINITY, NOW)
        .sample("k6_vus", 1, NOW + 601_000).sample("k6_vus", 1, 0)
        .series(new String[]{"__name__", "k6_vus", "empty", ""}, one));
    assertThat(read.lines).containsExactly("refused EMPTY_NAME {scenario=\"a\"} 1", "refused EMPTY_NAME  1",
        "refused INVALID_LABELS k6_vus{z=\"1\"} 1", "refused INVALID_LABELS k6_vus{a=\"1\"} 1",
        "refused INVALID_LABELS k6_vus{=\"x\"} 1", "refused NOT_FINITE k6_vus{scenario=\"default\"} 1",
        "refused NOT_FINITE k6_vus{scenario=\"default\"} 1", "refused TOO_FAR_AHEAD k6_vus{scenario=\"default\"} 1",
        "refused TOO_OLD k6_vus{scenario=\"default\"} 1", "vus{} =1.0 @0");
  }

  @Test
  void metadata_and_exemplars_are_passed_over() throws InvalidPush {
    pushes(push -> push.raw(3, metadata -> metadata.writeString(2, "k6_vus")).sample("k6_vus", 1, NOW).raw(1,
        series -> {
          WriteRequests.nested(series, 1, label -> {
            label.writeString(1, "__name__");
            label.writeString(2, "k6_vus_max");
          });
          WriteRequests.nested(series, 2, sample -> {
            sample.writeDouble(1, 7);
            sample.writeInt64(2, NOW);
          });
          WriteRequests.nested(series, 3, exemplar -> exemplar.writeDouble(2, 1));
        }));
    assertThat(read.lines).containsExactly("vus{scenario=\"default\"} =1.0 @0", "vus_max{} =7.0 @0");
  }

  @Test
  void what_is_no_write_request_is_refused_as_a_whole() {
    byte[] cut = new WriteRequests().sample("k6_vus", 1, NOW).bytes();
    assertThatThrownBy(() -> read.reader.read("", cut, cut.length - 3,
        TimeBounds.around(NOW), read)).isInstanceOf(InvalidPush.class)
        .hasMessageContaining("not a protobuf prometheus.WriteRequest");
    assertThatThrownBy(() -> pushes(push -> push.raw(1, series -> {
      WriteRequests.nested(series, 2, sample -> sample.writeInt64(2, NOW));
      WriteRequests.nested(series, 1, label -> label.writeString(1, "late"));
    }))).isInstanceOf(InvalidPush.class).hasMessageContaining("A label follows the samples");
  }

  @ParameterizedTest
  @CsvSource({"k6_http_reqs_total,COUNTER,http_reqs,'',1", "k6_my_total_total,COUNTER,my_total,'',1",
      "k6_vus,GAUGE,vus,'',1", "k6_vus_max,GAUGE,vus_max,'',1", "k6_stock,GAUGE,stock,'',1",
      "k6_vus_p99,GAUGE,vus_p99,'',1", "k6_checks_rate,GAUGE,checks_rate,rate,1",
      "k6_http_req_duration_p99,GAUGE,http_req_duration_p99,p99,1000",
      "k6_http_req_duration_count,COUNTER,http_req_duration_count,count,1000",
      "k6_http_req_duration_sum,COUNTER,http_req_duration_sum,sum,1000",
      "k6_browser_web_vital_cls_count,COUNTER,browser_web_vital_cls_count,count,1",
      "k6_cart_value_p999,GAUGE,cart_value_p999,p999,1", "k6_cart_value_count,GAUGE,cart_value_count,count,1",
      "up,GAUGE,up,'',1", "prometheus_http_requests_total,COUNTER,prometheus_http_requests,'',1", "k6_,GAUGE,k6_,'',1",
      "_total,GAUGE,_total,'',1"})
  void a_name_tells_what_a_series_is(String name, String type, String metric, String statistic, double unit) {
    SentName said = SentName.of(name, false);
    assertThat(said.type()).hasToString(type);
    assertThat(said.metric()).isEqualTo(metric);
    assertThat(said.statistic()).isEqualTo(statistic);
    assertThat(said.unit()).isEqualTo(unit);
  }

  @Test
  void times_come_back_in_milliseconds_and_counts_whole() throws InvalidPush {
    pushes(push -> push.sample("k6_http_req_duration_p99", 0.25, NOW).sample("k6_http_req_duration_count", 0.007, NOW)
        .sample("k6_http_req_duration_sum", 1.5, NOW));
    pushes(push -> push.sample("k6_http_req_duration_count", 0.012, NOW + 1));
    assertThat(read.lines).containsExactly("http_req_duration_p99{scenario=\"default\"} =250.0 @0",
        "http_req_duration_count{scenario=\"default\"} +7.0 @0",
        "http_req_duration_sum{scenario=\"default\"} +1500.0 @0",
        "http_req_duration_count{scenario=\"default\"} +5.0 @0");
  }

  /** k6 has one sample of http_req_failed for every one of http_reqs, with the same labels. */
  @Test
  void the_ratio_of_failed_requests_becomes_counts_by_the_requests_beside_it() throws InvalidPush {
    pushes(push -> push.sample("k6_http_req_failed_rate", 1.0 / 3, NOW).sample("k6_http_reqs_total", 3, NOW));
    Read copy = read.copy();
    for (Read one : List.of(read, copy)) {
      one.push(new WriteRequests().sample("k6_http_reqs_total", 10, NOW + 5_000)
          .sample("k6_http_req_failed_rate", 3.0 / 10, NOW + 5_000));
      assertThat(one.lines.getLast()).isEqualTo("http_req_failed{scenario=\"default\"} 2 of 7 @5");
    }
    pushes(push -> push.sample("k6_http_reqs_total", 4, NOW + 9_000).sample("k6_http_req_failed_rate", 1, NOW + 9_000));
    assertThat(read.lines).contains("http_req_failed{scenario=\"default\"} 1 of 3 @0",
        "http_req_failed{scenario=\"default\"} 4 of 4 @9");
  }

  @Test
  void the_ratio_of_failed_requests_is_refused_without_them() throws InvalidPush {
    pushes(push -> push.sample("k6_http_req_failed_rate", 0.5, NOW).sample("k6_http_reqs_total", 2, NOW + 1));
    pushes(push -> push.sample("k6_http_req_failed_rate", 1.5, NOW + 1));
    assertThat(read.lines).containsExactly("http_reqs{scenario=\"default\"} +2.0 @0",
        "refused RATIO_ALONE k6_http_req_failed_rate{scenario=\"default\"} 1",
        "refused RATIO_ALONE k6_http_req_failed_rate{scenario=\"default\"} 1");
  }

  /** Who checks a push when it comes knows no push before it, and must refuse the same. */
  @Test
  void the_requests_must_come_in_the_push_of_the_ratio() throws InvalidPush {
    pushes(push -> push.sample("k6_http_reqs_total", 2, NOW));
    pushes(push -> push.sample("k6_http_req_failed_rate", 0.5, NOW));
    pushes(push -> push.sample("k6_http_reqs_total", 1, NOW - 1).sample("k6_http_req_failed_rate", 0.5, NOW));
    assertThat(read.lines.get(1)).isEqualTo("refused RATIO_ALONE k6_http_req_failed_rate{scenario=\"default\"} 1");
    assertThat(read.lines.getLast()).startsWith("refused RATIO_ALONE");
    pushes(push -> push.sample("k6_http_req_failed_rate", 0.5, NOW).sample("k6_http_reqs_total", 2, NOW));
    assertThat(read.lines.getLast()).isEqualTo("http_req_failed{scenario=\"default\"} 1 of 2 @0");
  }

  @Test
  void however_a_series_is_split_into_pushes_its_total_is_the_same() throws InvalidPush {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      Read split = new Read();
      double total = 0;
      double told = 0;
      int samples = 1 + random.nextInt(40);
      for (int i = 0; i < samples; i++) {
        total += random.nextInt(1_000);
        if (i == samples - 1 || random.nextBoolean()) {
          split.push(new WriteRequests().sample("k6_data_sent_total", total, NOW + i * 250L));
          told = total;
        }
        assertThat(split.totals.getOrDefault("data_sent", 0.0)).as("seed %d, after sample %d", seed, i)
            .isEqualTo(told);
      }
      assertThat(split.totals).as("seed %d", seed).containsEntry("data_sent", total);
    }
  }
}
