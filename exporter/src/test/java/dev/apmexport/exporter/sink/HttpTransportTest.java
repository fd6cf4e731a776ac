package dev.apmexport.exporter.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTransportTest {
  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "LOCALHOST.", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
      "[0:0:0:0:0:ffff:127.0.0.1]", "2130706433", "127.1"})
  void no_way_of_writing_a_forbidden_address_leads_there(String host) {
    try (HttpTransport http = new HttpTransport(EgressPolicy.PUBLIC_ONLY, Timeout.ofSeconds(1), Timeout.ofSeconds(1))) {
      assertThatThrownBy(() -> post(http, "http://" + host + ":" + server.port() + "/"))
          .isInstanceOf(IOException.class);
    }
    assertThat(server.connections()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]", "[::]", "0.0.0.0", "[fe80::1]", "169.254.169.254", "[64:ff9b::7f00:1]"})
  void a_refusal_says_which_address_and_what_an_operator_can_do(String host) {
    try (HttpTransport http = new HttpTransport(EgressPolicy.PUBLIC_ONLY, Timeout.ofSeconds(1), Timeout.ofSeconds(1))) {
      assertThatThrownBy(() -> post(http, "http://" + host + ":" + server.port() + "/")).isInstanceOf(IOException.class)
          .hasMessageContaining("not public").hasMessageContaining("--apm.egress.allow");
    }
    assertThat(server.connections()).isZero();
  }

  @Test
  void an_address_that_an_operator_allows_is_reached() throws IOException {
    try (HttpTransport http = new HttpTransport(EgressPolicy.parse("127.0.0.0/8"))) {
      assertThat(post(http, server.uri("/").toString()).status()).isEqualTo(204);
      assertThat(post(http, "HTTP://127.0.0.1:" + server.port()).status()).isEqualTo(204);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void cookies_are_not_kept() throws IOException {
    server.answer(LoopbackServer.Answer.of(200, "ok", "Set-Cookie: a=b"));
    try (HttpTransport http = new HttpTransport(EgressPolicy.parse("private"))) {
      post(http, server.uri("/").toString());
      post(http, server.uri("/").toString());
    }
    assertThat(server.requests()).noneMatch(request -> request.headers().containsKey("Cookie"));
  }

  @Test
  void a_packed_answer_is_not_unpacked() throws IOException {
    server.answer(LoopbackServer.Answer.of(200, "this is no gzip", "Content-Encoding: gzip"));
    try (HttpTransport http = new HttpTransport(EgressPolicy.parse("private"))) {
      assertThat(post(http, server.uri("/").toString()).body()).isEqualTo("this is no gzip");
    }
    assertThat(server.requests().getFirst().headers()).doesNotContainKey("Accept-Encoding");
  }

  private static HttpTransport.Answer post(HttpTransport http, String url) throws IOException {
    return http.post(URI.create(url), Map.of("Content-Type", "text/plain"), new byte[]{1, 2, 3}, 3);
  }
}
