package dev.apmexport.exporter.source.remotewrite;

import static dev.apmexport.exporter.source.remotewrite.Read.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.remotewrite.WriteRequests.Sample;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What several senders' series have to do with each other, and how many of them there may be. */
class KnownSeriesTest {
  private final Read read = new Read();

  private void pushes(UnaryOperator<WriteRequests> push) throws InvalidPush {
    read.push(push.apply(new WriteRequests()));
  }

  @Test
  void labels_that_collapse_into_one_series_take_no_more_memory_than_the_limit() throws InvalidPush {
    Read small = new Read(3);
    for (int i = 0; i < 10; i++) {
      small.push(new WriteRequests().series(new String[]{"__a", "" + i, "__name__", "k6_orders_total"},
          new Sample(1, NOW)));
    }
    assertThat(small.totals).containsEntry("orders", 3.0);
    assertThat(small.lines.stream().filter(line -> line.startsWith("refused TOO_MANY_SERIES k6_orders_total")))
        .hasSize(7);
    assertThat(small.table.size()).isEqualTo(1);
    assertThat(small.table.refused()).as("the run's warning tells of them").isEqualTo("7");
  }

  @Test
  void the_series_of_every_load_generator_count_against_the_limit() throws InvalidPush {
    Read small = new Read(3);
    for (String instance : List.of("a", "b", "c", "d", "d")) {
      small.push(instance, new WriteRequests().sample("k6_http_reqs_total", 2, NOW));
    }
    assertThat(small.totals).containsEntry("http_reqs", 6.0);
    assertThat(small.table.refused()).isEqualTo("1");
    small.push("a", new WriteRequests().sample("k6_http_reqs_total", 5, NOW + 1));
    assertThat(small.totals).containsEntry("http_reqs", 9.0);
  }

  @Test
  void totals_that_fall_three_times_are_told_as_several_senders_under_one_name() throws InvalidPush {
    double[] one = {10, 20, 30, 40};
    double[] other = {1, 2, 3};
    for (int i = 0; i < 3; i++) {
      double mine = one[i];
      double its = other[i];
      long at = NOW + i * 5_000L;
      pushes(push -> push.sample("k6_http_reqs_total", mine, at));
      assertThat(read.reader.restarting()).isNull();
      pushes(push -> push.sample("k6_http_reqs_total", its, at + 1_000));
    }
    assertThat(read.reader.restarting()).isEqualTo("http_reqs");
    assertThat(read.copy().reader.restarting()).isEqualTo("http_reqs");
  }

  @Test
  void every_load_generator_counts_for_itself() throws InvalidPush {
    read.push("a", new WriteRequests().sample("k6_http_reqs_total", 5, NOW));
    read.push("b", new WriteRequests().sample("k6_http_reqs_total", 3, NOW - 2_000));
    read.push("a", new WriteRequests().sample("k6_http_reqs_total", 6, NOW));
    read.push("b", new WriteRequests().sample("k6_http_reqs_total", 5, NOW));
    assertThat(read.totals).containsEntry("http_reqs", 11.0);
    assertThat(read.lines).noneMatch(line -> line.startsWith("refused"));
  }

  @Test
  void series_that_differ_only_in_reserved_labels_are_one_and_count_each() throws InvalidPush {
    for (int i = 1; i <= 2; i++) {
      double total = 2 * i;
      pushes(push -> push
          .series(new String[]{"__hidden", "h", "__name__", "k6_orders_total", "test_run_id", "mine-1"},
              new Sample(total, NOW))
          .series(new String[]{"__name__", "k6_orders_total", "test_run_id", "mine-2"}, new Sample(total, NOW)));
    }
    assertThat(read.lines).hasSize(4).containsOnly("orders{} +2.0 @0");
  }

  @Test
  void a_metric_keeps_its_type_and_a_run_its_limit_of_series() throws InvalidPush {
    Read small = new Read(2);
    small.push(new WriteRequests().sample("k6_vus", 1, NOW).sample("k6_vus_total", 1, NOW)
        .sample("k6_http_reqs_total", 1, NOW).sample("k6_data_sent_total", 1, NOW).sample("k6_vus", 2, NOW));
    assertThat(small.lines).containsExactly("vus{scenario=\"default\"} =1.0 @0",
        "refused CHANGED_TYPE k6_vus_total{scenario=\"default\"} 1", "http_reqs{scenario=\"default\"} +1.0 @0",
        "refused TOO_MANY_SERIES k6_data_sent_total{scenario=\"default\"} 1", "vus{scenario=\"default\"} =2.0 @0");
  }

  @Test
  void a_copy_goes_on_from_where_the_reader_was_and_by_itself() throws InvalidPush {
    pushes(push -> push.sample("k6_http_reqs_total", 5, NOW));
    Read copy = read.copy();
    pushes(push -> push.sample("k6_http_reqs_total", 9, NOW + 1));
    copy.push(new WriteRequests().sample("k6_http_reqs_total", 7, NOW + 1));
    assertThat(copy.totals).containsEntry("http_reqs", 2.0);
    assertThat(read.totals).containsEntry("http_reqs", 9.0);
  }
}
