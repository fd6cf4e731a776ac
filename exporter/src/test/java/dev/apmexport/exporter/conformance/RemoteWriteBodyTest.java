package dev.apmexport.exporter.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.prometheus.Credentials;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import dev.apmexport.exporter.sink.prometheus.WriteRequestEncoder;
import dev.apmexport.exporter.sink.prometheus.wire.Label;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request's body must be, read by a decoder of the test's own. */
class RemoteWriteBodyTest {
  private static final String[] PIECES = {"a", "Z", "_", "9", ":", "-", ".", " ", "é", "😀", "\ud83d", "\udc00",
      "\u0000", "\"", "\\", "\n", "__", "__name__", "x".repeat(500), "ü".repeat(2_000)};

  private final WriteRequestEncoder encoder = new WriteRequestEncoder();
  private final RemoteWriteConfig config = new RemoteWriteConfig(URI.create("http://example.com/"),
      new Credentials.None(), new Amendment.Refused());

  private byte[] body(Batch batch) {
    int length = encoder.encode(batch);
    return Arrays.copyOf(encoder.bytes(), length);
  }

  private static Batch batch(Series... series) {
    return new Batch(1_700_000_000_000L, series, new double[series.length]);
  }

  @Test
  void t02_nothing_is_an_empty_block() {
    assertThat(body(Batch.EMPTY)).containsExactly(0);
  }

  /** No request is one byte long; the shortest holds one series. */
  @ParameterizedTest
  @ValueSource(ints = {50, 127, 128, 129, 16_383, 16_384, 65_535, 65_536, 65_537, 131_072, 10 << 20})
  void t02_a_body_of_any_size_is_a_snappy_block_that_decodes(int size) throws IOException {
    Batch batch = ofSize(size);
    byte[] body = body(batch);
    byte[] raw = SnappyDecoder.decode(body);
    assertThat(raw.length).isBetween(size, size + 4);
    assertThat(SnappyDecoder.isFramed(body)).isFalse();
    WriteRequest request = WriteRequest.parseFrom(raw);
    assertThat(request.getTimeseriesCount()).isEqualTo(batch.size());
    assertThat(request.getTimeseries(batch.size() - 1).getLabelsList()).last().extracting(Label::getValue)
        .isEqualTo(batch.series()[batch.size() - 1].labels().value(0));
  }

  /** Random text, so that snappy has literals of every length to write, beside copies. */
  private Batch ofSize(int size) {
    Random random = new Random(size);
    int count = Math.max(1, size / 4_000);
    Series[] series = IntStream.range(0, count).mapToObj(i -> noise(random, "s" + i, 3_900)).toArray(Series[]::new);
    int missing = size - SnappyDecoder.decode(body(batch(series))).length;
    for (int tries = 0; missing != 0 && tries < 20; tries++) {
      int last = series[count - 1].labels().value(0).length();
      series[count - 1] = noise(random, "s" + (count - 1), Math.max(1, last + missing));
      missing = size - SnappyDecoder.decode(body(batch(series))).length;
    }
    return batch(series);
  }

  private static Series noise(Random random, String name, int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append(random.nextInt(4) == 0 ? "abcdabcdabcdabcd" : String.valueOf((char) ('!' + random.nextInt(90))));
    }
    return new Series(name, Labels.of("v", text.substring(0, length)));
  }

  @Test
  void t03_labels_are_sorted_by_bytes_unique_filled_legal_bounded_and_utf_8() throws IOException {
    Random random = new Random(3);
    for (int round = 0; round < 2_000; round++) {
      Map<String, String> tags = new HashMap<>();
      for (int i = random.nextInt(10); i > 0; i--) {
        tags.put(text(random, 4), text(random, 3));
      }
      Series series = new Series(config.name(text(random, 3)), config.labels(Labels.of(tags)));
      List<Label> labels = WriteRequest.parseFrom(SnappyDecoder.decode(body(batch(series)))).getTimeseries(0)
          .getLabelsList();
      assertLegal(labels);
    }
  }

  private static String text(Random random, int pieces) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(pieces + 1); i > 0; i--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  private static void assertLegal(List<Label> labels) {
    assertThat(labels).extracting(Label::getName).contains("__name__").isSorted().doesNotHaveDuplicates();
    for (Label label : labels) {
      if (label.getName().equals("__name__")) {
        assertThat(label.getValue()).matches("[a-zA-Z_:][a-zA-Z0-9_:]*");
      } else {
        assertThat(label.getName()).matches("[a-zA-Z_][a-zA-Z0-9_]*").doesNotStartWith("__")
            .hasSizeLessThanOrEqualTo(1_024);
      }
      assertThat(label.getValue()).isNotEmpty();
      byte[] value = label.getValueBytes().toByteArray();
      assertThat(label.getName().equals("__name__") || value.length <= 2_048).as("length of " + label).isTrue();
      assertThat(new String(value, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8)).isEqualTo(value);
      assertThat(label.getValue()).doesNotContain("\ufffd");
    }
  }
}
