package dev.apmexport.exporter.sink.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.ReadBack;
import dev.apmexport.exporter.sink.Tls;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadBackTest {
  private static final String SECRET = "s3cr3t";
  private static final Labels RUN = Labels.of("test_run_id", "7");
  private static final String EMPTY = "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}";

  private final LoopbackServer server = new LoopbackServer();
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(30),
      Timeout.ofSeconds(60));
  private final List<Point> found = new ArrayList<>();

  @AfterEach
  void close() {
    http.close();
    server.close();
  }

  private void read(String path, long from, long to) throws ReadBack.Failed {
    read(http, path, List.of("k6_a", "k6_b"), RUN, from, to);
  }

  private void read(HttpTransport through, String path, List<String> names, Labels labels, long from, long to)
      throws ReadBack.Failed {
    var config = new ReadBackConfig(server.uri(path), new Credentials.Bearer(new Secret(SECRET)),
        new Headers(Map.of("X-Scope-OrgID", new Secret("team-a"))), Tls.STANDARD);
    try (ReadBack readBack = config.open(through)) {
      readBack.read(names, labels, from, to, (series, at, value) -> found.add(new Point(series, at, value)));
    }
  }

  private ReadBack.Failed failure(String path) {
    return catchThrowableOfType(ReadBack.Failed.class, () -> read(path, 0, 1_000));
  }

  private String form(int request) {
    return URLDecoder.decode(new String(server.requests().get(request).body(), StandardCharsets.UTF_8),
        StandardCharsets.UTF_8);
  }

  @Test
  void a_prometheus_is_asked_for_a_range_that_ends_at_the_last_point() throws ReadBack.Failed {
    server.answer(Answer.of(200, """
        {"status":"success","warnings":[{"a":["b"]}],"data":{"resultType":"matrix","result":[
          {"metric":{"__name__":"k6_a","test_run_id":"7","x":"\\"\\\\ü"},
           "values":[[1700000000,"1"],[1700000001.5,"2.5e-3"],[1700000003,"+Inf"],[1700000003.001,"9"]],"other":[1]},
          {"metric":{"__name__":"k6_b"},"values":[[1699999999.999,"9"],[1700000002.123,"-Inf"]]}]},"infos":null}"""));
    read("/api/prom/", 1_700_000_000_000L, 1_700_000_003_000L);
    Series one = new Series("k6_a", Labels.of("test_run_id", "7", "x", "\"\\ü"));
    assertThat(found).containsExactly(new Point(one, 1_700_000_000_000L, 1), new Point(one, 1_700_000_001_500L, 0.0025),
        new Point(one, 1_700_000_003_000L, Double.POSITIVE_INFINITY),
        new Point(new Series("k6_b", Labels.NONE), 1_700_000_002_123L, Double.NEGATIVE_INFINITY));
    assertThat(server.requests()).singleElement().satisfies(request -> {
      assertThat(request.line()).isEqualTo("POST /api/prom/api/v1/query HTTP/1.1");
      assertThat(request.headers()).containsEntry("Authorization", "Bearer " + SECRET)
          .containsEntry("X-Scope-OrgID", "team-a")
          .containsEntry("Content-Type", "application/x-www-form-urlencoded");
    });
    assertThat(form(0)).isEqualTo(
        "query={__name__=~\"k6_a|k6_b\",test_run_id=\"7\"}[3001ms]&time=1700000003.000");
  }

  @Test
  void a_victoria_metrics_is_asked_for_its_export() throws ReadBack.Failed {
    server.answer(Answer.of(200, """
        {"metric":{"__name__":"k6_a","test_run_id":"7"},"values":[1,1,null,2.5],\
        "timestamps":[1700000000000,1700000000000,1700000000001,1700000003000]}
        {"metric":{"__name__":"k6_b"},"values":["Infinity"],"timestamps":[1700000000002]}
        {"metric":{"__name__":"k6_b"},"values":[7],"timestamps":[1699999999999]}
        """));
    read("/select/0/prometheus/api/v1/export", 1_700_000_000_000L, 1_700_000_003_000L);
    Series one = new Series("k6_a", RUN);
    assertThat(found).containsExactly(new Point(one, 1_700_000_000_000L, 1), new Point(one, 1_700_000_000_000L, 1),
        new Point(one, 1_700_000_003_000L, 2.5),
        new Point(new Series("k6_b", Labels.NONE), 1_700_000_000_002L, Double.POSITIVE_INFINITY));
    assertThat(server.requests().getFirst().line())
        .isEqualTo("POST /select/0/prometheus/api/v1/export HTTP/1.1");
    assertThat(form(0)).isEqualTo("match[]={__name__=~\"k6_a|k6_b\",test_run_id=\"7\"}&start=1699999999.999"
        + "&end=1700000003.001&max_rows_per_line=10000");
  }

  @Test
  void no_series_is_an_answer_too() throws ReadBack.Failed {
    server.answer(Answer.of(200, EMPTY));
    read("/", 0, 1_000);
    server.answer(Answer.of(200, ""));
    read("/api/v1/export", 0, 1_000);
    assertThat(found).isEmpty();
  }

  @Test
  void a_value_of_a_label_is_asked_for_as_it_is() throws ReadBack.Failed {
    server.answer(Answer.of(200, EMPTY));
    read(http, "/", List.of("k6_a"), Labels.of("x", "\"\\\n&=ü"), 0, 1_000);
    assertThat(form(0)).startsWith("query={__name__=~\"k6_a\",x=\"\\\"\\\\\\n&=ü\"}[1001ms]");
  }

  @Test
  void many_names_are_asked_for_in_several_questions() throws ReadBack.Failed {
    server.answer(Answer.of(200, EMPTY));
    read(http, "/", IntStream.range(0, 201).mapToObj(i -> "k6_" + i).toList(), RUN, 0, 1_000);
    assertThat(server.requests()).hasSize(3);
    assertThat(form(2)).startsWith("query={__name__=~\"k6_200\",");
  }

  @ParameterizedTest
  @CsvSource({"http://a:9090, http://a:9090/api/v1/query", "http://a/, http://a/api/v1/query",
      "https://a/api/prom//, https://a/api/prom/api/v1/query", "https://a/x/api/v1/query, https://a/x/api/v1/query",
      "https://a/api/v1/export/?key=1, https://a/api/v1/export?key=1",
      "https://a?k=%20#x, https://a/api/v1/query?k=%20"})
  void an_address_leads_to_the_query_or_the_export(URI url, URI endpoint) {
    assertThat(new ReadBackConfig(url, new Credentials.None(), Headers.NONE, Tls.STANDARD).endpoint())
        .isEqualTo(endpoint);
  }

  @ParameterizedTest
  @CsvSource({"400, false", "401, false", "403, false", "404, false", "302, false", "422, false", "429, true",
      "500, true", "503, true"})
  void a_status_tells_whether_asking_again_may_help_and_no_secret(int status, boolean passing) {
    server.answer(Answer.of(status, "no, " + SECRET + " of team-a!", "Location: /elsewhere"));
    ReadBack.Failed failed = failure("/x?key=" + SECRET);
    assertThat(failed.isPassing()).isEqualTo(passing);
    assertThat(failed).hasMessage(server.uri("/x") + " answers HTTP " + status + ": no, *** of ***!");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "{}", "[]", "null", "{\"data\":{}}", "{\"data\":{\"result\":", "{\"data\":[1]}",
      "{\"data\":{\"result\":{}}}", "{\"data\":{\"result\":[{\"values\":[[1,\"1\"]]}]}}",
      "{\"data\":{\"result\":[{\"metric\":{},\"values\":[[\"1\",\"1\"]]}]}}",
      "{\"data\":{\"result\":[{\"metric\":{},\"values\":[[1,\"x\"]]}]}}",
      "{\"data\":{\"result\":[{\"metric\":{},\"values\":[[1,1]]}]}}",
      "{\"data\":{\"result\":[{\"metric\":{},\"values\":[[", "{\"data\":{\"result\":[{\"metric\":{\"a\":1}}]}}"})
  void garbage_is_told_as_such(String answer) {
    server.answer(Answer.of(200, answer));
    assertGarbage(failure("/"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "[]", "1", "{", "{\"metric\":{},\"values\":[1],\"timestamps\":[]}",
      "{\"values\":[1],\"timestamps\":[1]}", "{\"metric\":{},\"values\":[[1]],\"timestamps\":[1]}",
      "{\"metric\":{},\"values\":[\"x\"],\"timestamps\":[1]}", "{\"metric\":{},\"values\":[1"})
  void garbage_of_an_export_is_told_as_such(String answer) {
    server.answer(Answer.of(200, answer));
    assertGarbage(failure("/api/v1/export"));
  }

  private void assertGarbage(ReadBack.Failed failed) {
    assertThat(failed).hasMessageContaining("look whether queryURL is the right address");
    assertThat(failed.isPassing()).isFalse();
  }

  @Test
  void an_answer_of_any_length_is_read_to_a_bound() {
    byte[] part = "[1,\"1\"],".repeat(10_000).getBytes(StandardCharsets.UTF_8);
    server.answer((_, _, out) -> {
      out.write("HTTP/1.1 200 OK\r\n\r\n{\"data\":{\"result\":[{\"metric\":{},\"values\":["
          .getBytes(StandardCharsets.UTF_8));
      while (true) {
        out.write(part);
      }
    });
    ReadBack.Failed failed = catchThrowableOfType(ReadBack.Failed.class, () -> read("/", 5_000, 6_000));
    assertThat(failed).hasMessageContaining("more than 64 MB").hasMessageContaining("includeTestRunId");
    assertThat(failed.isPassing()).isFalse();
    assertThat(found).isEmpty();
  }

  @Test
  void what_goes_on_behind_the_end_of_an_answer_is_not_read_for_ever() {
    byte[] part = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
    server.answer((_, _, out) -> {
      out.write(("HTTP/1.1 200 OK\r\n\r\n" + EMPTY).getBytes(StandardCharsets.UTF_8));
      while (true) {
        out.write(part);
      }
    });
    assertThat(failure("/")).hasMessageContaining("more than 64 MB");
  }

  @Test
  void a_connection_that_breaks_may_hold_the_next_time() {
    server.answer(Answer.reset());
    assertThat(failure("/").isPassing()).isTrue();
    server.answer((_, to, out) -> {
      out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":{\"result\":["
          .getBytes(StandardCharsets.UTF_8));
      to.close();
    });
    assertThat(failure("/").isPassing()).isTrue();
  }

  @Test
  void silence_is_waited_for_as_long_as_for_any_answer() {
    server.answer(Answer.silence());
    try (HttpTransport hasty = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(5),
        Timeout.ofMilliseconds(50))) {
      ReadBack.Failed failed = catchThrowableOfType(ReadBack.Failed.class,
          () -> read(hasty, "/", List.of("k6_a"), RUN, 0, 1));
      assertThat(failed.isPassing()).isTrue();
      assertThat(failed).hasMessageStartingWith("No answer from " + server.uri(""));
    }
  }

  @Test
  void an_address_that_is_not_public_is_not_asked() {
    try (HttpTransport guarded = new HttpTransport(EgressPolicy.PUBLIC_ONLY)) {
      ReadBack.Failed failed = catchThrowableOfType(ReadBack.Failed.class,
          () -> read(guarded, "/", List.of("k6_a"), RUN, 0, 1));
      assertThat(failed).hasMessageContaining("not public");
    }
    assertThat(server.connections()).isZero();
  }
}
