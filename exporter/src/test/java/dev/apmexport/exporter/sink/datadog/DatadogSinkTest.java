package dev.apmexport.exporter.sink.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.SinkContract;
import dev.apmexport.exporter.sink.Tls;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatadogSinkTest extends SinkContract {
  @Override
  protected SinkConfig configFor(URI endpoint) {
    return new DatadogConfig(endpoint, new Secret(SECRET));
  }

  @Test
  void the_key_is_in_a_header_and_nowhere_else() {
    write(batch(1));
    Map<String, String> headers = server.requests().getFirst().headers();
    assertThat(headers).containsEntry("DD-API-KEY", SECRET).containsEntry("Content-Type", "application/json")
        .containsEntry("Content-Encoding", "gzip").containsEntry("User-Agent", "k6-apm-export/0.1");
    assertThat(headers).containsOnlyKeys("DD-API-KEY", "Content-Type", "Content-Encoding", "User-Agent", "Host",
        "Connection", "Content-Length");
    assertThat(server.requests().getFirst().line()).isEqualTo("POST /in/api/v2/series HTTP/1.1");
  }

  @Test
  void a_probe_asks_whether_the_key_is_good() throws InterruptedException {
    probe(null);
    assertThat(server.requests().getFirst().line()).isEqualTo("GET /in/api/v1/validate HTTP/1.1");
    assertThat(server.requests().getFirst().headers()).containsEntry("DD-API-KEY", SECRET)
        .doesNotContainKeys("DD-APPLICATION-KEY", "Content-Encoding");
  }

  @Test
  void a_probe_does_not_ask_for_the_application_key_which_points_do_not_need() throws InterruptedException {
    server.answer((request, to, out) -> Answer.of(request.line().contains("validate_keys") ? 403 : 200).give(request,
        to, out));
    assertThat(probe(new Secret("4pp-k3y"))).isInstanceOf(WriteResult.Accepted.class);
    assertThat(server.requests()).singleElement().satisfies(request -> {
      assertThat(request.line()).isEqualTo("GET /in/api/v1/validate HTTP/1.1");
      assertThat(request.headers()).doesNotContainKey("DD-APPLICATION-KEY");
    });
  }

  @Test
  void who_examines_the_connection_is_told_which_key_is_bad() throws InterruptedException {
    server.answer((request, to, out) -> Answer.of(request.line().contains("validate_keys") ? 403 : 200,
        request.headers().toString()).give(request, to, out));
    try (Sink sink = config(new Secret("4pp-k3y")).open(http)) {
      WriteResult result = sink.examine();
      assertThat(result).isInstanceOf(WriteResult.NotAuthorized.class);
      assertThat(result.toString()).contains("apiKey is good", "appKey is not").doesNotContain(SECRET)
          .doesNotContain("4pp-k3y");
      assertThat(server.requests().getLast().line()).isEqualTo("GET /in/api/v2/validate_keys HTTP/1.1");
      assertThat(server.requests().getLast().headers()).containsEntry("DD-API-KEY", SECRET)
          .containsEntry("DD-APPLICATION-KEY", "4pp-k3y");
      server.answer(Answer.of(403, "no"));
      assertThat(sink.examine()).isEqualTo(new WriteResult.NotAuthorized("HTTP 403: no"));
      server.answer(Answer.of(200));
      assertThat(sink.examine()).isEqualTo(new WriteResult.Accepted());
    }
    assertThat(server.requests()).hasSize(5);
  }

  private WriteResult probe(Secret appKey) throws InterruptedException {
    try (Sink sink = config(appKey).open(http)) {
      return sink.probe();
    }
  }

  private SinkConfig config(Secret appKey) {
    return new DatadogConfig(server.uri("/in"), ApiVersion.V2, new Secret(SECRET), appKey, Headers.NONE, Tls.STANDARD,
        DatadogConfig.STATISTICS);
  }

  @Test
  void an_acceptance_without_errors_is_one() {
    for (String body : new String[]{"{\"errors\":[]}", "{\"status\":\"ok\"}", "[]", "{", "null"}) {
      server.answer(Answer.of(202, body));
      assertThat(write(batch(1))).as(body).isEqualTo(new WriteResult.Accepted());
    }
  }

  @Test
  void an_acceptance_with_errors_is_none() {
    server.answer(Answer.of(202, "{\"errors\":[\"metric too long\"]}"));
    assertThat(write(batch(1)))
        .isEqualTo(new WriteResult.Invalid("HTTP 202: {\"errors\":[\"metric too long\"]}"));
  }

  @Test
  void datadogs_own_header_says_how_long_to_wait() {
    server.answer(Answer.of(429, "slow", "X-RateLimit-Limit: 100", "X-RateLimit-Reset: 42"));
    assertThat(write(batch(1)))
        .isEqualTo(new WriteResult.RetryLater(Cause.BUSY, "HTTP 429: slow", Duration.ofSeconds(42)));
    server.answer(Answer.of(429, "slow", "X-RateLimit-Reset: 42", "Retry-After: 7"));
    assertThat(write(batch(1)))
        .isEqualTo(new WriteResult.RetryLater(Cause.BUSY, "HTTP 429: slow", Duration.ofSeconds(7)));
  }

  @Test
  void a_request_beyond_datadogs_limits_is_too_large_and_is_not_sent() {
    Random random = new Random(1);
    for (Batch batch : new Batch[]{tagged(5_000, _ -> noise(random)), tagged(3_000, _ -> "x".repeat(2_000))}) {
      assertThat(write(batch)).isInstanceOfSatisfying(WriteResult.TooLarge.class,
          large -> assertThat(large.reason()).endsWith("Datadog takes 10000, 512000 and 5242880."));
    }
    assertThat(server.requests()).isEmpty();
  }

  private static Batch tagged(int size, IntFunction<String> value) {
    Series[] series = IntStream.range(0, size)
        .mapToObj(i -> new Series("s", Labels.of("i", "" + i, "v", value.apply(i))))
        .toArray(Series[]::new);
    return new Batch(1_700_000_000_000L, series, new double[size]);
  }

  private static String noise(Random random) {
    return random.ints(300, 'a', 'z').collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void a_value_that_json_cannot_hold_is_invalid_and_is_not_sent(double value) {
    Batch batch = batch(1);
    assertThat(write(new Batch(batch.atMillis(), batch.series(), new double[]{value})))
        .isInstanceOf(WriteResult.Invalid.class);
    assertThat(server.requests()).isEmpty();
  }
}
