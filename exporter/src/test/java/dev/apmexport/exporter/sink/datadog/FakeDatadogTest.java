package dev.apmexport.exporter.sink.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.HttpTransport.Answer;
import dev.apmexport.exporter.sink.datadog.FakeDatadog.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The intake of the tests takes what Datadog takes and notes whatever a sender must not do. */
@org.junit.jupiter.api.Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class FakeDatadogTest {
  private static final long NOW = 1_700_000_000;
  private static final String COUNT = """
      {"metric":"k6.a","type":1,"interval":3,"tags":["x:y"],"points":[{"timestamp":%d,"value":%d}]}""";
  private static final String V1_COUNT = """
      {"metric":"k6.a","type":"count","interval":3,"host":"k6","tags":["x:y"],"points":[[%d,%d]]}""";

  private final FakeDatadog datadog = new FakeDatadog(() -> Instant.ofEpochSecond(NOW));
  private HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final Map<String, String> headers = new HashMap<>(Map.of("DD-API-KEY", FakeDatadog.KEY, "Content-Type",
      "application/json", "Content-Encoding", "gzip"));

  @AfterEach
  void close() {
    http.close();
    datadog.close();
  }

  private static byte[] packed(byte[] raw) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(raw);
    }
    return packed.toByteArray();
  }

  private Answer post(String path, byte[] body) throws IOException {
    return http.post(URI.create(datadog.uri() + path), headers, body, body.length);
  }

  private Answer send(String... series) throws IOException {
    return post("/api/v2/series",
        packed(("{\"series\":[" + String.join(",", series) + "]}").getBytes(StandardCharsets.UTF_8)));
  }

  private Answer sendV1(String... series) throws IOException {
    return post("/api/v1/series",
        packed(("{\"series\":[" + String.join(",", series) + "]}").getBytes(StandardCharsets.UTF_8)));
  }

  private Answer tell(String metric, String body) throws IOException {
    headers.put("DD-APPLICATION-KEY", FakeDatadog.APP_KEY);
    return http.put(URI.create(datadog.uri() + "/api/v1/metrics/" + metric), headers,
        body.getBytes(StandardCharsets.UTF_8));
  }

  private void assertViolated(String what) {
    assertThat(datadog.violations()).isNotEmpty().anySatisfy(one -> assertThat(one).contains(what));
  }

  @Test
  void of_two_values_for_one_second_the_later_stands_and_both_are_remembered() throws IOException {
    assertThat(send(COUNT.formatted(NOW, 1)).status()).isEqualTo(202);
    assertThat(send(COUNT.formatted(NOW, 2), COUNT.formatted(NOW - 3, 7)).body()).isEqualTo("{\"errors\":[]}");
    assertThat(datadog.content().get("k6.a[x:y]")).containsExactly(Map.entry(NOW - 3, 7.0), Map.entry(NOW, 2.0));
    assertThat(datadog.history("k6.a[x:y]", NOW)).containsExactly(1.0, 2.0);
    assertThat(datadog.type("k6.a")).isEqualTo("1 every 3");
    assertThat(datadog.points()).isEqualTo(2);
    assertThat(datadog.requests()).isEqualTo(2);
    assertThat(datadog.violations()).isEmpty();
  }

  @Test
  void version_1_is_another_way_to_the_same_store() throws IOException {
    assertThat(sendV1(V1_COUNT.formatted(NOW, 1)).body()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(datadog.content().get("k6.a[x:y]@k6")).containsExactly(Map.entry(NOW, 1.0));
    assertThat(datadog.type("k6.a")).isEqualTo("1 every 3");
    assertThat(datadog.violations()).isEmpty();
  }

  @Test
  void a_point_that_is_too_old_or_too_far_ahead_is_dropped_without_a_word() throws IOException {
    for (long ok : new long[]{NOW - 3_600, NOW + 600}) {
      assertThat(send(COUNT.formatted(ok, 1)).status()).isEqualTo(202);
    }
    for (long lost : new long[]{NOW - 3_601, NOW + 601}) {
      assertThat(send(COUNT.formatted(lost, 1)).status()).isEqualTo(202);
    }
    assertThat(datadog.points()).isEqualTo(2);
    assertThat(datadog.dropped()).isEqualTo(2);
  }

  @Test
  void the_same_series_and_second_twice_in_a_request_is_a_violation() throws IOException {
    send(COUNT.formatted(NOW, 1), COUNT.formatted(NOW, 1));
    assertViolated("twice in one request: k6.a[x:y] " + NOW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"type\":3", "\"type\":1,\"interval\":5"})
  void another_type_or_interval_of_a_name_is_a_violation(String other) throws IOException {
    send(COUNT.formatted(NOW, 1));
    send("{\"metric\":\"k6.a\"," + other + ",\"tags\":[],\"points\":[{\"timestamp\":" + NOW + ",\"value\":1}]}");
    assertViolated("k6.a changes from 1 every 3 to ");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"k6.a|9a", "\"type\":1|\"type\":9", "x:y|X:y",
      "x:y|host:y",
      "x:y|device:y", "x:y|x:", "\"type\":1,|", ",\"interval\":3|", "\"tags\"|\"tag\"",
      "\"timestamp\":1|\"timestamp\":1000", "\"value\":|\"value\":null,\"v\":"})
  void what_the_schema_forbids_is_a_violation(String right, String wrong) throws IOException {
    send(COUNT.formatted(NOW, 1).replace(right, wrong == null ? "" : wrong));
    assertThat(datadog.violations()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"\"count\"|1", "[[|[[1000", "]]|,5]]", "[[|[",
      "\"k6\"|\"\"",
      "\"x:y\"|\"x:y\",\"x:y\"", ",\"interval\":3|"})
  void what_the_schema_of_version_1_forbids_is_a_violation(String right, String wrong) throws IOException {
    sendV1(V1_COUNT.formatted(NOW, 1).replace(right, wrong == null ? "" : wrong));
    assertThat(datadog.violations()).isNotEmpty();
  }

  @Test
  void a_wrong_key_is_forbidden_and_a_key_in_the_address_a_violation() throws IOException {
    headers.put("DD-API-KEY", "wrong");
    assertThat(send(COUNT.formatted(NOW, 1)).status()).isEqualTo(403);
    assertThat(datadog.violations()).isEmpty();
    post("/api/v2/series?api_key=" + FakeDatadog.KEY, packed("{}".getBytes(StandardCharsets.UTF_8)));
    assertViolated("a key in the address");
    assertThat(datadog.points()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"Content-Type, text/json", "Content-Encoding, deflate", "Content-Encoding, identity"})
  void another_encoding_is_a_violation(String header, String value) throws IOException {
    headers.put(header, value);
    assertThat(send(COUNT.formatted(NOW, 1)).status()).isEqualTo(400);
    assertViolated("not as it should be sent");
  }

  @Test
  void what_is_neither_packed_nor_json_is_a_violation() throws IOException {
    assertThat(post("/api/v2/series", new byte[100]).status()).isEqualTo(400);
    assertViolated("not gzip");
    assertThat(post("/api/v2/series", packed("{".getBytes(StandardCharsets.UTF_8))).status()).isEqualTo(400);
    assertViolated("not JSON");
  }

  @Test
  void another_path_is_a_violation() throws IOException {
    assertThat(post("/api/v3/series", packed(new byte[0])).status()).isEqualTo(404);
    assertViolated("nothing of Datadog's: POST /api/v3/series");
  }

  @ParameterizedTest
  @CsvSource({"/api/v1/series, 3200000, 62914560", "/api/v2/series, 512000, 5242880"})
  void a_body_that_is_too_large_packed_or_not_is_refused(String path, int mostPacked, int mostRaw) throws IOException {
    byte[] noise = new byte[mostPacked + 1];
    new Random(1).nextBytes(noise);
    assertThat(post(path, noise).status()).isEqualTo(413);
    assertThat(post(path, Arrays.copyOf(noise, mostPacked)).status()).isEqualTo(400);
    assertThat(post(path, packed(new byte[mostRaw + 1])).status()).isEqualTo(413);
    assertThat(post(path, packed(new byte[mostRaw])).status()).isEqualTo(400);
  }

  @Test
  void more_than_ten_thousand_points_are_a_violation() throws IOException {
    String[] series = new String[10_001];
    Arrays.setAll(series, i -> COUNT.replace("x:y", "x:" + i).formatted(NOW, 1));
    send(Arrays.copyOf(series, 10_000));
    assertThat(datadog.violations()).isEmpty();
    send(series);
    assertViolated("10001 points in a request");
  }

  @Test
  void it_tells_whether_keys_are_good() throws IOException {
    URI one = URI.create(datadog.uri() + "/api/v1/validate");
    URI both = URI.create(datadog.uri() + "/api/v2/validate_keys");
    assertThat(http.get(one, headers).body()).isEqualTo("{\"valid\":true}");
    assertThat(http.get(both, headers).status()).isEqualTo(403);
    headers.put("DD-APPLICATION-KEY", FakeDatadog.APP_KEY);
    assertThat(http.get(both, headers).status()).isEqualTo(200);
    headers.put("DD-API-KEY", "wrong");
    assertThat(http.get(one, headers).status()).isEqualTo(403);
    assertThat(datadog.requests()).isZero();
  }

  @Test
  void a_metric_is_told_of_once_and_only_when_it_is_known() throws IOException {
    datadog.unknownFor(2);
    assertThat(tell("k6.a", "{\"type\":\"count\"}").status()).isEqualTo(404);
    send(COUNT.formatted(NOW, 1));
    assertThat(tell("k6.a", "{\"type\":\"count\"}").body()).isEqualTo("{\"errors\":[\"metric_name not found\"]}");
    assertThat(tell("k6.a", "{\"type\":\"count\",\"unit\":\"byte\"}").status()).isEqualTo(200);
    assertThat(datadog.metadata().get("k6.a").toString()).isEqualTo("{\"type\":\"count\",\"unit\":\"byte\"}");
    assertThat(datadog.violations()).isEmpty();
    tell("k6.a", "{\"type\":\"count\"}");
    assertViolated("metadata of k6.a again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "{\"type\":\"counter\"}", "{\"type\":\"count\",\"unit\":\"ms\"}",
      "{\"type\":\"count\",\"units\":\"byte\"}", "{\"type\":\"count\",\"per_unit\":\"second\"}", "{"})
  void metadata_that_datadog_does_not_know_is_a_violation(String body) throws IOException {
    send(COUNT.formatted(NOW, 1));
    assertThat(tell("k6.a", body).status()).isEqualTo(400);
    assertViolated("metadata of k6.a that Datadog does not know");
  }

  @ParameterizedTest
  @EnumSource
  void every_fault_is_what_it_is_called(Fault fault) throws IOException {
    http.close();
    boolean silent = fault == Fault.SILENT || fault == Fault.STORED_AND_SILENT;
    http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(5),
        Timeout.ofMilliseconds(silent ? 2_000 : 30_000));
    datadog.faults(() -> fault);
    int status = switch (fault) {
      case NONE -> 202;
      case BUSY -> 503;
      case LIMITED -> 429;
      case FAILED, STORED_AND_FAILED -> 500;
      case TIMED_OUT -> 408;
      case REFUSED -> 400;
      case FORBIDDEN -> 403;
      case TOO_LARGE -> 413;
      case LOST, STORED_AND_LOST, SILENT, STORED_AND_SILENT -> 0;
    };
    assertThat(status()).isEqualTo(status);
    boolean stored = fault == Fault.NONE || fault.name().startsWith("STORED");
    while (silent && stored && datadog.points() == 0) { // who waits for no answer may be tired before it is there
      Thread.onSpinWait();
    }
    assertThat(datadog.points()).isEqualTo(stored ? 1 : 0);
    assertThat(datadog.violations()).isEmpty();
  }

  /** 0 where there is no answer. */
  private int status() {
    try {
      Answer answer = send(COUNT.formatted(NOW, 1));
      assertThat(answer.rateLimitReset()).isEqualTo(answer.status() == 429 ? "2" : null);
      return answer.status();
    } catch (IOException noAnswer) {
      return 0;
    }
  }
}
