package dev.apmexport.exporter.sink.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.SinkContract;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteWriteSinkTest extends SinkContract {
  @Override
  protected SinkConfig configFor(URI endpoint) {
    return new RemoteWriteConfig(endpoint, new Credentials.Bearer(new Secret(SECRET)), new Amendment.Refused());
  }

  @Test
  void the_headers_are_those_of_the_specification() {
    write(batch(1));
    Map<String, String> headers = server.requests().getFirst().headers();
    assertThat(headers).containsEntry("Content-Type", "application/x-protobuf")
        .containsEntry("Content-Encoding", "snappy")
        .containsEntry("X-Prometheus-Remote-Write-Version", "0.1.0").containsEntry("User-Agent", "k6-apm-export/0.1")
        .containsEntry("Authorization", "Bearer " + SECRET).containsEntry("Host", "127.0.0.1:" + server.port());
    assertThat(headers).containsOnlyKeys("Content-Type", "Content-Encoding", "X-Prometheus-Remote-Write-Version",
        "User-Agent",
        "Authorization", "Host", "Connection", "Content-Length");
    assertThat(headers).containsEntry("Connection", "keep-alive");
    assertThat(server.requests().getFirst().line()).isEqualTo("POST /in HTTP/1.1");
  }

  @Test
  void basic_authentication_is_utf_8() {
    SinkConfig config = new RemoteWriteConfig(server.uri("/in?tenant=7"),
        new Credentials.Basic("jörg", new Secret("pass:wörd")), new Amendment.Refused());
    assertThat(((RemoteWriteSink) config.open(http)).write(batch(1))).isEqualTo(new WriteResult.Accepted());
    assertThat(server.requests().getFirst().headers()).containsEntry("Authorization", "Basic asO2cmc6cGFzczp3w7ZyZA==");
    assertThat(server.requests().getFirst().line()).isEqualTo("POST /in?tenant=7 HTTP/1.1");
  }

  @Test
  void a_line_break_in_a_secret_makes_no_header() {
    SinkConfig config = new RemoteWriteConfig(server.uri("/in"),
        new Credentials.Bearer(new Secret("a\r\nX-Evil: 1\nä€")), new Amendment.Refused());
    ((RemoteWriteSink) config.open(http)).write(batch(1));
    assertThat(server.requests()).allSatisfy(request -> assertThat(request.headers()).doesNotContainKey("X-Evil"));
  }

  @Test
  void an_empty_batch_is_one_zero_byte_that_every_receiver_takes() {
    write(Batch.EMPTY);
    assertThat(server.requests().getFirst().body()).isEqualTo(new byte[]{0});
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 409, 422})
  void what_a_receiver_finds_wrong_is_invalid(int status) {
    server.answer(Answer.of(status, "no"));
    assertThat(write(batch(1))).isEqualTo(new WriteResult.Invalid("HTTP " + status + ": no"));
  }

  @Test
  void a_receiver_of_another_version_says_wrong_format() {
    server.answer(Answer.of(415, "only 2.0"));
    assertThat(write(batch(1)))
        .isEqualTo(new WriteResult.WrongFormat("The receiver does not take remote write 1.0, the "
            + "version that is spoken here; have it accept version 1.0. HTTP 415: only 2.0"));
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 304, 402, 405, 406, 410, 421, 451})
  void anything_else_below_500_needs_a_human(int status) {
    server.answer(Answer.of(status));
    assertThat(write(batch(1))).isInstanceOf(WriteResult.NotAuthorized.class);
  }

  @Test
  void a_status_beyond_all_is_a_failure() {
    server.answer(Answer.of(999));
    assertThat(write(batch(1))).isEqualTo(new WriteResult.RetryLater(Cause.FAILED, "HTTP 999: ", Duration.ZERO));
  }
}
