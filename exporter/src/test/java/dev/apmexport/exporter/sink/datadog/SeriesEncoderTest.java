package dev.apmexport.exporter.sink.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SeriesEncoderTest {
  private static final long AT = 1_700_000_001_000L;

  private final SeriesEncoder encoder = new SeriesEncoder();

  private String encoded(Batch batch) throws IOException {
    return encoded(encoder, batch);
  }

  private static String encoded(SeriesEncoder encoder, Batch batch) throws IOException {
    int length = encoder.encode(batch);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(encoder.bytes(), 0, length))) {
      byte[] raw = in.readAllBytes();
      assertThat(encoder.rawLength()).isEqualTo(raw.length);
      return new String(raw, StandardCharsets.UTF_8);
    }
  }

  private static Batch batch(Series series, double value) {
    return new Batch(AT, new Series[]{series}, new double[]{value});
  }

  private double sent(double value) throws IOException {
    return JsonMapper.shared().readTree(encoded(batch(new Series("s", Labels.NONE), value)))
        .at("/series/0/points/0/value").asDouble();
  }

  @Test
  void counts_and_gauges_are_told_apart_and_only_counts_have_an_interval() throws IOException {
    Batch batch = new Batch(AT, new Series[]{
        Counts.series("k6.http_reqs", DatadogNames.labels(Labels.of("test_run_id", "42", "Status", "200")), 3),
        new Series("k6.vus", Labels.NONE)}, new double[]{12, 0.5});
    assertThat(encoded(batch)).isEqualTo("""
        {"series":[{"metric":"k6.http_reqs","type":1,"interval":3,"tags":["status:200","test_run_id:42"],\
        "points":[{"timestamp":1700000001,"value":12}]},\
        {"metric":"k6.vus","type":3,"tags":[],"points":[{"timestamp":1700000001,"value":0.5}]}]}""");
  }

  /** Some receivers give a series the host or the tags of an earlier request where it has none of its own. */
  @Test
  void version_1_says_all_in_words_and_leaves_no_field_out() throws IOException {
    Batch batch = new Batch(AT, new Series[]{
        Counts.series("k6.http_reqs", DatadogNames.labels(Labels.of("test_run_id", "42", "Status", "200")), 3),
        new Series("k6.vus", Labels.NONE)}, new double[]{12, 0.5});
    assertThat(encoded(new SeriesEncoder(ApiVersion.V1), batch)).isEqualTo("""
        {"series":[{"metric":"k6.http_reqs","type":"count","interval":3,"host":"k6",\
        "tags":["status:200","test_run_id:42"],"points":[[1700000001,12]]},\
        {"metric":"k6.vus","type":"gauge","host":"k6","tags":[],"points":[[1700000001,0.5]]}]}""");
  }

  @Test
  void a_whole_number_has_no_fraction() throws IOException {
    Series series = new Series("s", Labels.NONE);
    assertThat(encoded(batch(series, 9_007_199_254_740_991.0))).contains("\"value\":9007199254740991}");
    assertThat(encoded(batch(series, -3))).contains("\"value\":-3}");
    assertThat(encoded(batch(series, -0.0))).contains("\"value\":0}");
    assertThat(encoded(batch(series, 0.1))).contains("\"value\":0.1}");
  }

  @Test
  void every_finite_number_arrives_as_it_is() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (double value : new double[]{Double.MAX_VALUE, -Double.MAX_VALUE, Double.MIN_VALUE, 0x1p53, 0x1p63, 1e22,
        1e-9}) {
      assertThat(sent(value)).isEqualTo(value);
    }
    for (int i = 0; i < 500; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(sent(value)).as("seed %d", seed).isEqualTo(value);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_is_made_of_any_name_and_any_tags_keeps_to_the_schema(ApiVersion version) throws IOException {
    JsonNode schema = SeriesRequest.schema(version.toString());
    SeriesEncoder mine = new SeriesEncoder(version);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      Series[] series = IntStream.range(0, 20).mapToObj(_ -> series(random)).toArray(Series[]::new);
      String json = encoded(mine, new Batch(AT, series, random.doubles(series.length).toArray()));
      assertThat(JsonSchema.faults(schema, JsonMapper.shared().readTree(json))).as("seed %d: %s", seed, json).isEmpty();
    }
  }

  private static Series series(Random random) {
    String[] labels = IntStream.range(0, 2 * random.nextInt(8)).mapToObj(_ -> text(random)).toArray(String[]::new);
    String name = DatadogNames.metric(text(random));
    Labels legal = DatadogNames.labels(Labels.of(labels));
    return random.nextBoolean() ? new Series(name, legal) : Counts.series(name, legal, 1 + random.nextInt(10));
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(random.nextInt(10) == 0 ? 300 : 20); length > 0; length--) {
      text.appendCodePoint(random.nextInt(4) == 0 ? random.nextInt(0xD800) : ' ' + random.nextInt(95));
    }
    return text.toString();
  }

  @Test
  void a_text_that_is_not_legal_does_not_break_the_json() throws IOException {
    Series series = new Series("a\"b", Labels.of("c\\", "\n\u0001ü😀"));
    JsonNode sent = JsonMapper.shared().readTree(encoded(batch(series, 1))).at("/series/0");
    assertThat(sent.at("/metric").asString()).isEqualTo("a\"b");
    assertThat(sent.at("/tags/0").asString()).isEqualTo("c\\:\n\u0001ü😀");
  }

  @Test
  void a_batch_far_beyond_the_first_buffer_is_encoded() throws IOException {
    Series[] series = IntStream.range(0, 5_000).mapToObj(i -> new Series("k6.s", Labels.of("url", "/" + i)))
        .toArray(Series[]::new);
    JsonNode sent = JsonMapper.shared().readTree(encoded(new Batch(AT, series, new double[series.length])));
    assertThat(sent.path("series")).hasSize(5_000);
    assertThat(encoder.rawLength()).isGreaterThan(300_000);
  }
}
