package dev.apmexport.exporter.source.k6;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.RecordedSamples;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.k6.wire.BucketSpan;
import dev.apmexport.exporter.source.k6.wire.CounterSamples;
import dev.apmexport.exporter.source.k6.wire.CounterValue;
import dev.apmexport.exporter.source.k6.wire.Label;
import dev.apmexport.exporter.source.k6.wire.Metric;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import dev.apmexport.exporter.source.k6.wire.MetricType;
import dev.apmexport.exporter.source.k6.wire.TimeSeries;
import dev.apmexport.exporter.source.k6.wire.TrendHdrSamples;
import dev.apmexport.exporter.source.k6.wire.TrendHdrValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetricSetReaderTest {
  static final long T = 1_700_000_001;
  private static final Labels OK = Labels.of("status", "200");

  private final SeriesTable table = new SeriesTable(1_000);
  private final MetricSetReader reader = new MetricSetReader(table);

  @Test
  void all_four_types_are_read() throws InvalidPush {
    MetricSets push = new MetricSets(3).counter("http_reqs", OK, T, 5).gauge("vus", Labels.NONE, T, 7)
        .rate("checks", Labels.NONE, T, 3, 4).trend("http_req_duration", OK, T, 100, 200, 300);
    assertThat(read(push.build())).containsExactly(
        "counter http_reqs{status=\"200\"} @1700000001 5.0",
        "gauge vus{} @1700000001 7.0",
        "rate checks{} @1700000001 3/4",
        "trend http_req_duration{status=\"200\"} @1700000001 count=3 sum=600.0 min=100.0 max=300.0 med=200.703");
  }

  @Test
  void values_left_out_because_they_are_zero_read_as_zero() throws InvalidPush {
    MetricSets push = new MetricSets(3).counter("c", Labels.NONE, T, 0).gauge("g", Labels.NONE, T, 0)
        .rate("r", Labels.NONE, T, 0, 0).trend("t", Labels.NONE, T, 0, 0);
    assertThat(read(push.build())).containsExactly("counter c{} @1700000001 0.0", "gauge g{} @1700000001 0.0",
        "rate r{} @1700000001 0/0", "trend t{} @1700000001 count=2 sum=0.0 min=0.0 max=0.0 med=0.0");
  }

  @Test
  void a_bucket_that_comes_twice_is_handed_on_twice() throws InvalidPush {
    MetricSets push = new MetricSets(3).counter("c", OK, T, 5).counter("c", OK, T, 6).counter("c", OK, T + 3, 7);
    assertThat(read(push.build())).containsExactly("counter c{status=\"200\"} @1700000001 5.0",
        "counter c{status=\"200\"} @1700000001 6.0", "counter c{status=\"200\"} @1700000004 7.0");
  }

  @Test
  void a_histogram_may_be_split_into_many_spans() throws InvalidPush {
    TrendHdrValue split = TrendHdrValue.newBuilder().setTime(MetricSets.time(T)).addCounters(1).addCounters(1)
        .addCounters(2).addSpans(BucketSpan.newBuilder().setOffset(506).setLength(1))
        .addSpans(BucketSpan.newBuilder().setOffset(0).setLength(1)).addSpans(BucketSpan.newBuilder().setOffset(416))
        .addSpans(BucketSpan.newBuilder().setOffset(0).setLength(1)).setCount(4).setSum(22.01).setMinValue(1)
        .setMaxValue(10).setMinResolution(0.001).build();
    assertThat(read(trend(split)))
        .containsExactly("trend t{} @1700000001 count=4 sum=22.01 min=1.0 max=10.0 med=1.0070000000000001");
  }

  @Test
  void values_below_zero_and_beyond_the_greatest_bucket_are_counted_and_in_no_bucket() throws InvalidPush {
    MetricSet push = new MetricSets(3).trend("t", Labels.NONE, T, -5, -1, 2, 1e18).build();
    assertThat(read(push))
        .containsExactly("trend t{} @1700000001 count=4 sum=1.0E18 min=-5.0 max=1.0E18 med=-5.0");
  }

  @Test
  void unknown_fields_are_skipped_on_every_level() throws InvalidPush {
    UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
        .addField(15, UnknownFieldSet.Field.newBuilder().addVarint(1).addFixed32(2).addFixed64(3)
            .addLengthDelimited(ByteString.copyFromUtf8("\n\001x")).addGroup(UnknownFieldSet.getDefaultInstance())
            .build())
        .build();
    CounterValue value = CounterValue.newBuilder()
        .setTime(MetricSets.time(T).toBuilder().setNanos(5).setUnknownFields(unknown))
        .setValue(5).setUnknownFields(unknown).build();
    TimeSeries series = TimeSeries.newBuilder()
        .addLabels(Label.newBuilder().setName("a").setValue("b").setUnknownFields(unknown))
        .setCounterSamples(CounterSamples.newBuilder().addValues(value).setUnknownFields(unknown))
        .setUnknownFields(unknown).build();
    MetricSet push = MetricSet.newBuilder().setAggregationPeriod(3)
        .addMetrics(Metric.newBuilder().setName("c").setType(MetricType.METRIC_TYPE_COUNTER).addTimeSeries(series)
            .setUnknownFields(unknown))
        .setUnknownFields(unknown).build();
    assertThat(read(push)).containsExactly("counter c{a=\"b\"} @1700000001 5.0");
  }

  @Test
  void an_unknown_field_between_labels_is_no_label() throws InvalidPush {
    UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
        .addField(9, UnknownFieldSet.Field.newBuilder().addLengthDelimited(label("x", "y").toByteString()).build())
        .build();
    ByteString series = TimeSeries.newBuilder().addLabels(label("a", "b")).build().toByteString()
        .concat(unknown.toByteString()).concat(TimeSeries.newBuilder().addLabels(label("c", "d"))
            .setCounterSamples(
                CounterSamples.newBuilder().addValues(CounterValue.newBuilder().setTime(MetricSets.time(T))))
            .build()
            .toByteString());
    UnknownFieldSet raw = UnknownFieldSet.newBuilder()
        .addField(3, UnknownFieldSet.Field.newBuilder().addLengthDelimited(series).build()).build();
    MetricSet push = MetricSet.newBuilder().setAggregationPeriod(3).addMetrics(
        Metric.newBuilder().setName("c").setType(MetricType.METRIC_TYPE_COUNTER).setUnknownFields(raw)).build();
    assertThat(read(push)).containsExactly("counter c{a=\"b\", c=\"d\"} @1700000001 0.0");
  }

  @Test
  void an_empty_label_value_is_kept() throws InvalidPush {
    MetricSet push = new MetricSets(3).counter("c", Labels.of("group", ""), T, 5).build();
    assertThat(read(push)).containsExactly("counter c{group=\"\"} @1700000001 5.0");
  }

  @Test
  void labels_in_another_order_are_the_same_series() throws InvalidPush {
    RecordedSamples seen = new RecordedSamples();
    read(labelled("a", "1", "b", "2").build(), seen);
    read(labelled("b", "2", "a", "1").build(), seen);
    assertThat(seen.series().get(1)).isSameAs(seen.series().get(0));
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void reading_the_same_push_again_makes_no_new_series() throws InvalidPush {
    MetricSets push = new MetricSets(3);
    for (int i = 0; i < 700; i++) {
      push.counter("c", Labels.of("url", "/item/" + i), T, i);
    }
    RecordedSamples seen = new RecordedSamples();
    read(push.build(), seen);
    read(push.build(), seen);
    List<InputSeries> series = seen.series();
    assertThat(table.size()).isEqualTo(700);
    for (int i = 0; i < 700; i++) {
      assertThat(series.get(700 + i)).isSameAs(series.get(i));
      assertThat(series.get(i).id()).isEqualTo(i);
    }
  }

  @Test
  void labels_in_ever_other_orders_are_still_read() throws InvalidPush {
    RecordedSamples seen = new RecordedSamples();
    List<Integer> order = new ArrayList<>(List.of(1, 2, 3, 4, 5, 6));
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      Collections.shuffle(order, random);
      read(labelled(order.stream().flatMap(n -> Stream.of("label" + n, "" + n)).toArray(String[]::new)).build(), seen);
    }
    assertThat(seen.series()).hasSize(500).containsOnly(seen.series().get(0));
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void the_header_says_run_and_period() throws InvalidPush {
    byte[] data = new MetricSets(7).counter("c", OK, T, 5).bytes();
    assertThat(MetricSetReader.header(data, data.length)).isEqualTo(new PushHeader("42", 7));
  }

  private static Label label(String name, String value) {
    return Label.newBuilder().setName(name).setValue(value).build();
  }

  private static MetricSet.Builder labelled(String... namesAndValues) {
    TimeSeries.Builder series = TimeSeries.newBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      series.addLabels(label(namesAndValues[i], namesAndValues[i + 1]));
    }
    series.getCounterSamplesBuilder().addValuesBuilder().setTime(MetricSets.time(T)).setValue(1);
    return MetricSet.newBuilder().setAggregationPeriod(3)
        .addMetrics(Metric.newBuilder().setName("c").setType(MetricType.METRIC_TYPE_COUNTER).addTimeSeries(series));
  }

  private static MetricSet trend(TrendHdrValue value) {
    return MetricSet.newBuilder().setAggregationPeriod(3)
        .addMetrics(Metric.newBuilder().setName("t").setType(MetricType.METRIC_TYPE_TREND).addTimeSeries(
            TimeSeries.newBuilder().setTrendHdrSamples(TrendHdrSamples.newBuilder().addValues(value))))
        .build();
  }

  private List<String> read(MetricSet push) throws InvalidPush {
    RecordedSamples seen = new RecordedSamples();
    read(push, seen);
    return seen.lines();
  }

  private void read(MetricSet push, RecordedSamples seen) throws InvalidPush {
    byte[] data = push.toByteArray();
    reader.read(data, data.length, TimeBounds.around(T * 1000), seen);
  }
}
