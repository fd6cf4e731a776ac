package dev.apmexport.exporter.sink.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.prometheus.wire.Label;
import dev.apmexport.exporter.sink.prometheus.wire.Sample;
import dev.apmexport.exporter.sink.prometheus.wire.TimeSeries;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

class WriteRequestEncoderTest {
  private static final long STALE = 0x7ff0000000000002L;
  private static final String[] TEXTS = {"", "a", "http://example.com/", "ü€", "😀", "\"\\\n", "x".repeat(127),
      "y".repeat(128), "z".repeat(20_000)};

  private final WriteRequestEncoder encoder = new WriteRequestEncoder();

  @Test
  void the_bytes_are_those_of_protobufs_own_code() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      Batch batch = batch(random, random.nextInt(50));
      byte[] expected = generated(batch).toByteArray();
      int length = encoder.encode(batch);
      byte[] packed = Arrays.copyOf(encoder.bytes(), length);
      assertThat(Snappy.uncompress(packed)).as("seed %d round %d", seed, round).isEqualTo(expected);
    }
  }

  @Test
  void a_batch_far_beyond_the_first_buffer_is_encoded() throws IOException {
    Batch batch = batch(new Random(2), 5_000);
    int length = encoder.encode(batch);
    assertThat(length).isGreaterThan(100_000);
    assertThat(Snappy.uncompress(Arrays.copyOf(encoder.bytes(), length))).isEqualTo(generated(batch).toByteArray());
  }

  @Test
  void labels_stand_sorted_with_the_name_among_them() throws IOException {
    Series series = new Series("k6_http_reqs", Labels.of("zone", "1", "Method", "GET", "a", "2", "_x", "3"));
    TimeSeries sent = decoded(new Batch(5, new Series[]{series}, new double[]{1})).getTimeseries(0);
    assertThat(sent.getLabelsList()).extracting(Label::getName).containsExactly("Method", "__name__", "_x", "a",
        "zone");
    assertThat(sent.getLabels(1).getValue()).isEqualTo("k6_http_reqs");
  }

  @Test
  void every_bit_of_a_value_is_kept() throws IOException {
    long[] bits = {STALE, Double.doubleToRawLongBits(Double.NaN), Double.doubleToRawLongBits(-0.0), 0x7ff0000000000000L,
        0xfff0000000000000L, 1};
    Series[] series = IntStream.range(0, bits.length).mapToObj(i -> new Series("s" + i, Labels.NONE))
        .toArray(Series[]::new);
    WriteRequest sent = decoded(
        new Batch(5, series, Arrays.stream(bits).mapToDouble(Double::longBitsToDouble).toArray()));
    for (int i = 0; i < bits.length; i++) {
      assertThat(Double.doubleToRawLongBits(sent.getTimeseries(i).getSamples(0).getValue())).isEqualTo(bits[i]);
    }
  }

  @Test
  void zeros_are_sent_like_any_number() throws IOException {
    WriteRequest sent = decoded(new Batch(0, new Series[]{new Series("s", Labels.NONE)}, new double[]{0}));
    assertThat(sent.getTimeseries(0).getSamplesList()).containsExactly(Sample.getDefaultInstance());
  }

  @Test
  void half_a_character_is_replaced_since_text_must_be_utf_8() throws IOException {
    Series series = new Series("s", Labels.of("a", "x\ud83dy"));
    assertThat(decoded(new Batch(5, new Series[]{series}, new double[]{1})).getTimeseries(0).getLabels(1).getValue())
        .isEqualTo("x?y");
  }

  private WriteRequest decoded(Batch batch) throws InvalidProtocolBufferException {
    int length = encoder.write(batch);
    return WriteRequest.parseFrom(Arrays.copyOf(encoder.raw(), length));
  }

  private static Batch batch(Random random, int size) {
    Series[] series = IntStream.range(0, size).mapToObj(i -> series(random, i)).toArray(Series[]::new);
    long[] times = {1, -1, 1_700_000_000_123L, Long.MAX_VALUE, Long.MIN_VALUE, random.nextLong()};
    return new Batch(times[random.nextInt(times.length)], series, random.doubles(size, -1e9, 1e9).toArray());
  }

  private static Series series(Random random, int i) {
    Map<String, String> labels = new TreeMap<>();
    for (int n = random.nextInt(6); n > 0; n--) {
      labels.put("label_" + random.nextInt(20), TEXTS[1 + random.nextInt(random.nextInt(50) == 0 ? 8 : 5)]);
    }
    return new Series("k6_metric_" + (i % 3 == 0 ? random.nextInt(10) : i), Labels.of(labels));
  }

  private static WriteRequest generated(Batch batch) {
    WriteRequest.Builder request = WriteRequest.newBuilder();
    for (int i = 0; i < batch.size(); i++) {
      Map<String, String> labels = new TreeMap<>(batch.series()[i].labels().toMap());
      labels.put("__name__", batch.series()[i].name());
      TimeSeries.Builder one = request.addTimeseriesBuilder();
      labels.forEach((name, value) -> one.addLabels(Label.newBuilder().setName(name).setValue(value)));
      one.addSamples(Sample.newBuilder().setValue(batch.values()[i]).setTimestamp(batch.atMillis()));
    }
    return request.build();
  }
}
