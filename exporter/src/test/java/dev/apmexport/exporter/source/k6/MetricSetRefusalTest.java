package dev.apmexport.exporter.source.k6;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.RecordedSamples;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.k6.wire.CounterSamples;
import dev.apmexport.exporter.source.k6.wire.CounterValue;
import dev.apmexport.exporter.source.k6.wire.Metric;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import dev.apmexport.exporter.source.k6.wire.MetricType;
import dev.apmexport.exporter.source.k6.wire.TimeSeries;
import dev.apmexport.exporter.source.k6.wire.TrendHdrSamples;
import dev.apmexport.exporter.source.k6.wire.TrendHdrValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A push with a bad part: that part is refused and counted, the rest stands. */
class MetricSetRefusalTest {
  private static final long T = MetricSetReaderTest.T;
  private static final String GOOD = "counter good{} @1700000001 1.0";

  private final SeriesTable table = new SeriesTable(10);
  private final MetricSetReader reader = new MetricSetReader(table);

  @Test
  void a_series_with_more_than_100_labels_is_refused() throws InvalidPush {
    MetricSets push = new MetricSets(3).counter("c", labels(101), T, 5).counter("c", labels(101), T + 3, 5)
        .counter("d", labels(100), T, 5);
    assertThat(read(push)).hasSize(4).startsWith("refused c 1 TOO_MANY_LABELS", "refused c 1 TOO_MANY_LABELS")
        .contains(GOOD);
  }

  @Test
  void a_metric_without_a_name_is_refused() throws InvalidPush {
    assertThat(read(new MetricSets(3).counter("", Labels.NONE, T, 5))).containsExactly("refused  1 EMPTY_NAME", GOOD);
  }

  @Test
  void a_metric_of_no_known_type_is_refused() throws InvalidPush {
    MetricSet none = new MetricSets(3).counter("c", Labels.NONE, T, 5).build();
    MetricSet other = none.toBuilder().setMetrics(0, none.getMetrics(0).toBuilder().setTypeValue(9)).build();
    MetricSet zero = none.toBuilder().setMetrics(0, none.getMetrics(0).toBuilder().clearType()).build();
    assertThat(read(other)).containsExactly("refused c 1 UNKNOWN_TYPE");
    assertThat(read(zero)).containsExactly("refused c 1 UNKNOWN_TYPE");
  }

  @Test
  void samples_that_do_not_belong_to_the_type_are_refused() throws InvalidPush {
    for (MetricType type : List.of(MetricType.METRIC_TYPE_GAUGE, MetricType.METRIC_TYPE_RATE,
        MetricType.METRIC_TYPE_TREND)) {
      MetricSet push = new MetricSets(3).counter("c" + type, Labels.NONE, T, 5).build();
      MetricSet wrong = push.toBuilder().setMetrics(0, push.getMetrics(0).toBuilder().setType(type)).build();
      assertThat(read(wrong)).containsExactly("refused c" + type + " 1 UNKNOWN_TYPE");
    }
  }

  @Test
  void a_metric_that_changes_its_type_is_refused() throws InvalidPush {
    assertThat(read(new MetricSets(3).counter("c", Labels.NONE, T, 5))).hasSize(2);
    assertThat(read(new MetricSets(3).gauge("c", Labels.of("a", "b"), T, 5)))
        .containsExactly("refused c 1 CHANGED_TYPE", GOOD);
  }

  @Test
  void a_refused_series_does_not_settle_its_metrics_type() throws InvalidPush {
    assertThat(read(new MetricSets(3).counter("c", labels(101), T, 5))).contains("refused c 1 TOO_MANY_LABELS");
    assertThat(read(new MetricSets(3).gauge("c", Labels.NONE, T, 5))).contains("gauge c{} @1700000001 5.0");
  }

  @Test
  void series_beyond_the_runs_limit_are_refused_and_known_ones_go_on() throws InvalidPush {
    MetricSets many = new MetricSets(3);
    IntStream.range(0, 13).forEach(i -> many.counter("c", Labels.of("i", "" + i), T, i));
    MetricSet push = many.build();
    List<String> first = read(push);
    assertThat(first).hasSize(13).filteredOn(line -> line.startsWith("refused")).hasSize(3)
        .allMatch(line -> line.endsWith("TOO_MANY_SERIES"));
    assertThat(read(push)).isEqualTo(first);
  }

  @Test
  void buckets_too_far_ahead_or_too_old_are_refused_one_by_one() throws InvalidPush {
    long old = T - 30 * 86_400;
    MetricSets push = new MetricSets(3).counter("c", Labels.NONE, T + 601, 5).counter("c", Labels.NONE, T + 600, 6)
        .counter("c", Labels.NONE, old, 7).counter("c", Labels.NONE, old - 1, 8)
        .counter("c", Labels.NONE, Long.MIN_VALUE, 9);
    assertThat(read(push)).containsExactly("refused c 1 TOO_FAR_AHEAD", "counter c{} @1700000601 6.0",
        "counter c{} @" + old + " 7.0", "refused c 1 TOO_OLD", "refused c 1 TOO_OLD", GOOD);
  }

  @Test
  void a_histogram_of_another_resolution_is_refused() throws InvalidPush {
    MetricSet coarse = trend(MetricSets.histogram(1, 2).setMinResolution(0.01));
    MetricSet precise = trend(MetricSets.histogram(1, 2).setSignificantDigits(3));
    MetricSet unsaid = trend(MetricSets.histogram(1, 2).clearMinResolution());
    MetricSet said = trend(MetricSets.histogram(1, 2).setSignificantDigits(2));
    assertThat(read(coarse)).containsExactly("refused t 1 UNKNOWN_RESOLUTION");
    assertThat(read(precise)).containsExactly("refused t 1 UNKNOWN_RESOLUTION");
    assertThat(read(unsaid)).as("k6 0.46, whose histograms are in whole milliseconds")
        .containsExactly("refused t 1 UNKNOWN_RESOLUTION");
    assertThat(read(said)).singleElement().asString().startsWith("trend t{}");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void values_that_are_not_finite_are_refused(double bad) throws InvalidPush {
    assertThat(read(new MetricSets(3).counter("c", Labels.NONE, T, bad))).containsExactly("refused c 1 NOT_FINITE",
        GOOD);
    assertThat(read(new MetricSets(3).gauge("g", Labels.NONE, T, bad))).containsExactly("refused g 1 NOT_FINITE", GOOD);
    assertThat(read(trend(MetricSets.histogram(1, 2).setSum(bad)))).containsExactly("refused t 1 NOT_FINITE");
    assertThat(read(trend(MetricSets.histogram(1, 2).setMinValue(bad)))).containsExactly("refused t 1 NOT_FINITE");
    assertThat(read(trend(MetricSets.histogram(1, 2).setMaxValue(bad)))).containsExactly("refused t 1 NOT_FINITE");
  }

  @Test
  void a_label_after_samples_of_its_series_refuses_the_push() {
    byte[] series = TimeSeries.newBuilder()
        .setCounterSamples(CounterSamples.newBuilder().addValues(CounterValue.newBuilder().setTime(MetricSets.time(T))))
        .build()
        .toByteString()
        .concat(TimeSeries.newBuilder().addLabels(dev.apmexport.exporter.source.k6.wire.Label.newBuilder().setName("a"))
            .build().toByteString())
        .toByteArray();
    assertThatThrownBy(() -> readRaw(Wire.set(Wire.metric("c", 1, series)))).isInstanceOf(InvalidPush.class)
        .hasMessageContaining("label").hasMessageContaining("\"c\"");
    assertThatThrownBy(() -> readRaw(Wire.set(Wire.metric("c", 1, series)))).hasMessageContaining("label");
  }

  @Test
  void a_reader_goes_on_after_a_push_that_was_refused() throws InvalidPush {
    byte[] good = new MetricSets(3).counter("c", Labels.of("a", "b"), T, 5).bytes();
    for (int length = 0; length < good.length; length++) {
      try {
        reader.read(good, length, TimeBounds.around(T * 1000), new RecordedSamples());
      } catch (InvalidPush cutShort) {
        assertThat(cutShort).hasMessageContaining("protobuf");
      }
      assertThat(read(new MetricSets(3).counter("c", Labels.of("a", "b"), T, 5)))
          .containsExactly("counter c{a=\"b\"} @1700000001 5.0", GOOD);
    }
  }

  @Test
  void a_name_after_the_series_refuses_the_push() {
    byte[] late = Wire.concat(Wire.field(3, TimeSeries.getDefaultInstance().toByteArray()),
        Wire.field(1, "c".getBytes()));
    assertThatThrownBy(() -> readRaw(Wire.set(late))).isInstanceOf(InvalidPush.class).hasMessageContaining("order");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 3601})
  void a_period_that_is_none_refuses_the_push(int period) {
    byte[] data = new MetricSets(period).counter("c", Labels.NONE, T, 5).bytes();
    assertThatThrownBy(() -> MetricSetReader.header(data, data.length)).isInstanceOf(InvalidPush.class)
        .hasMessageContaining("aggregation_period is " + Integer.toUnsignedString(period));
  }

  @Test
  void whether_a_push_can_be_read_does_not_depend_on_what_came_before() throws InvalidPush {
    byte[] badLabel = Wire.concat(Wire.field(1, new byte[]{0x0A, 0x7F}), Wire.field(3, new byte[0]));
    byte[] gauge = Wire.metric("c", 2, badLabel);
    assertThatThrownBy(() -> readRaw(Wire.set(gauge))).isInstanceOf(InvalidPush.class);
    read(new MetricSets(3).counter("c", Labels.NONE, T, 5));
    assertThatThrownBy(() -> readRaw(Wire.set(gauge))).isInstanceOf(InvalidPush.class);
  }

  private static Labels labels(int count) {
    Map<String, String> labels = new TreeMap<>();
    IntStream.range(0, count).forEach(i -> labels.put("label" + i, "v"));
    return Labels.of(labels);
  }

  private static MetricSet trend(TrendHdrValue.Builder value) {
    return MetricSet.newBuilder().setAggregationPeriod(3)
        .addMetrics(Metric.newBuilder().setName("t").setType(MetricType.METRIC_TYPE_TREND)
            .addTimeSeries(TimeSeries.newBuilder()
                .setTrendHdrSamples(TrendHdrSamples.newBuilder().addValues(value.setTime(MetricSets.time(T))))))
        .build();
  }

  private List<String> read(MetricSets push) throws InvalidPush {
    return read(push.counter("good", Labels.NONE, T, 1).build());
  }

  private List<String> read(MetricSet push) throws InvalidPush {
    return readRaw(push.toByteArray());
  }

  private List<String> readRaw(byte[] data) throws InvalidPush {
    RecordedSamples seen = new RecordedSamples();
    reader.read(data, data.length, TimeBounds.around(T * 1000), seen);
    return seen.lines();
  }
}
