package dev.apmexport.exporter.sink.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.Tls;
import dev.apmexport.exporter.sink.WriteResult;
import java.time.Instant;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No request is larger than Datadog takes, by one byte or one point, and none is cut that it would take. */
@Timeout(300)
class RequestSizeTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final int POINTS = 10_000;

  private final FakeDatadog datadog = new FakeDatadog(() -> NOW);
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));

  @AfterEach
  void close() {
    http.close();
    datadog.close();
  }

  private DatadogSink sink(ApiVersion version) {
    return new DatadogSink(new DatadogConfig(datadog.uri(), version, new Secret(FakeDatadog.KEY), null, Headers.NONE,
        Tls.STANDARD, DatadogConfig.STATISTICS), http, () -> NOW, (_, what) -> what.run());
  }

  /** Series with so many tags of 190 characters each. */
  private static Batch batch(int size, int tags, Supplier<String> value) {
    Series[] series = IntStream.range(0, size).mapToObj(i -> {
      TreeMap<String, String> labels = new TreeMap<>();
      IntStream.range(0, tags).forEach(tag -> labels.put("t" + tag, value.get()));
      labels.put("i", Integer.toString(i));
      return new Series("k6.s", Labels.of(labels));
    }).toArray(Series[]::new);
    return new Batch(NOW.toEpochMilli(), series, new double[size]);
  }

  private static Supplier<String> noise() {
    Random random = new Random(1);
    return () -> random.ints(190, 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
  }

  private static Supplier<String> monotony() {
    return () -> "x".repeat(190);
  }

  /** The greatest number of points that is sent; the next greater one is not, and Datadog takes what is. */
  private int most(ApiVersion version, Batch batch) {
    try (DatadogSink sink = sink(version)) {
      int fits = 1;
      int tooMany = batch.size();
      assertThat(sink.write(batch)).isInstanceOf(WriteResult.TooLarge.class);
      while (tooMany - fits > 1) {
        int middle = (fits + tooMany) / 2;
        WriteResult result = sink.write(batch.part(0, middle));
        if (result instanceof WriteResult.Accepted) {
          fits = middle;
        } else {
          assertThat(((WriteResult.TooLarge) result).reason()).startsWith("The request would have " + middle);
          tooMany = middle;
        }
      }
      assertThat(datadog.violations()).isEmpty();
      return fits;
    }
  }

  /** The sizes of the request that a batch makes, packed and not. */
  private static int[] sizes(ApiVersion version, Batch batch) {
    SeriesEncoder encoder = new SeriesEncoder(version);
    return new int[]{encoder.encode(batch), encoder.rawLength()};
  }

  private static void assertAtTheEdge(ApiVersion version, Batch batch, int most, int which, int limit) {
    assertThat(sizes(version, batch.part(0, most))[which]).isLessThanOrEqualTo(limit);
    assertThat(sizes(version, batch.part(0, most + 1))[which]).isGreaterThan(limit);
  }

  @Test
  void what_cannot_be_packed_is_cut_by_its_packed_size() {
    Batch batch = batch(3_000, 3, noise());
    assertAtTheEdge(ApiVersion.V2, batch, most(ApiVersion.V2, batch), 0, 512_000);
  }

  @Test
  void what_packs_well_is_cut_by_its_size_before() {
    Batch batch = batch(9_000, 4, monotony());
    assertAtTheEdge(ApiVersion.V2, batch, most(ApiVersion.V2, batch), 1, 5_242_880);
  }

  @Test
  void what_is_small_is_cut_by_its_points() {
    Batch batch = batch(POINTS + 2, 0, monotony());
    assertThat(most(ApiVersion.V2, batch)).isEqualTo(POINTS);
    assertThat(most(ApiVersion.V1, batch)).isEqualTo(POINTS);
  }

  @Test
  void version_1_takes_more_bytes() {
    Batch packed = batch(9_900, 4, noise());
    assertAtTheEdge(ApiVersion.V1, packed, most(ApiVersion.V1, packed), 0, 3_200_000);
  }

  @Test
  void version_1_has_a_limit_before_packing_too() {
    Batch batch = batch(9_900, 33, monotony());
    assertThat(sizes(ApiVersion.V1, batch)[1]).isGreaterThan(62_914_560);
    try (DatadogSink sink = sink(ApiVersion.V1)) {
      assertThat(sink.write(batch)).isInstanceOf(WriteResult.TooLarge.class);
      assertThat(sink.write(batch.part(0, 9_000))).isInstanceOf(WriteResult.Accepted.class);
    }
  }
}
