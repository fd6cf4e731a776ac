package dev.apmexport.api.apm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.SinkConfig;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.json.JsonMapper;

@TestPropertySource(properties = "apm.egress.allow=private")
class ConnectionCheckTest extends WithApi {
  private static final String CHECK = "/api/v1/apm/check";
  private final LoopbackServer receiver = new LoopbackServer();

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void a_destination_is_asked_only_if_that_is_wanted() {
    assertThat(post(CHECK, block("right")).json().at("/blocks/0/connection").isNull()).isTrue();
    assertThat(post(CHECK + "?connect=false", block("right")).json().at("/blocks/0/connection").isNull()).isTrue();
    assertThat(receiver.requests()).isEmpty();
  }

  @Test
  void a_destination_that_takes_the_credentials_is_ok() {
    Answer answer = post(CHECK + "?connect=true", block("right"));

    assertThat(answer.json().at("/blocks/0/connection/ok").asBoolean()).as(answer.text()).isTrue();
    assertThat(answer.at("/blocks/0/connection/detail")).contains("answers and accepts").endsWith(".");
    assertThat(receiver.requests()).singleElement()
        .satisfies(request -> assertThat(request.headers()).containsEntry("Authorization", "Bearer right"));
  }

  @Test
  void wrong_credentials_are_told_without_showing_them() {
    receiver.answer((request, socket, out) -> LoopbackServer.Answer
        .of(401, "no entry for " + request.headers().get("Authorization")).give(request, socket, out));

    Answer answer = post(CHECK + "?connect=true", block("canary-wrong"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/blocks/0/enabled").asBoolean()).isTrue();
    assertThat(answer.json().at("/blocks/0/connection/ok").asBoolean(true)).isFalse();
    assertThat(answer.at("/blocks/0/connection/detail")).contains("refuses the credentials", "HTTP 401", "***");
    assertThat(answer.text()).doesNotContain("canary");
  }

  @Test
  void a_destination_that_is_not_there_is_told() throws IOException {
    try (Socket nobody = new Socket()) {
      nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // so that nobody else listens there
      String block = block("right").replace(":" + receiver.port() + "/", ":" + nobody.getLocalPort() + "/");

      assertThat(post(CHECK + "?connect=true", block).at("/blocks/0/connection/detail")).contains("No answer from");
    }
    assertThat(receiver.connections()).isZero();
  }

  @Test
  void every_enabled_block_is_tested_and_a_disabled_one_is_not() {
    Answer answer = post(CHECK + "?connect=true", "[{\"provider\":\"none\"}," + block("a") + "," + block("b") + "]");

    assertThat(answer.json().at("/blocks/0/connection").isNull()).isTrue();
    assertThat(answer.json().at("/blocks/1/connection/ok").asBoolean()).isTrue();
    assertThat(answer.json().at("/blocks/2/connection/ok").asBoolean()).isTrue();
    assertThat(receiver.requests()).hasSize(2);
  }

  @Test
  void the_eleventh_connection_test_of_a_minute_is_refused() {
    for (int i = 0; i < 10; i++) {
      assertThat(post(CHECK + "?connect=true", "[]").status()).isEqualTo(200);
    }
    Answer refused = post(CHECK + "?connect=true", "[]");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.at("/detail")).contains("At most 10 connection tests");
    assertThat(post(CHECK, "[]").status()).isEqualTo(200);
  }

  @Test
  void a_destination_that_never_answers_is_waited_for_so_long_and_no_longer() {
    receiver.answer(LoopbackServer.Answer.silence());
    var export = ApmBlocks.readBlock(0, JsonMapper.shared().readTree(block("right"))).config();

    try (ConnectionTest connections = new ConnectionTest(EgressPolicy.parse("private"), Duration.ofMillis(50))) {
      assertThat(connections.test(List.of(export))).singleElement().satisfies(result -> {
        assertThat(result.ok()).isFalse();
        assertThat(result.detail()).contains("no answer from");
      });
    }
  }

  @Test
  void a_fault_of_ours_spoils_one_result_and_not_the_others() {
    var good = ApmBlocks.readBlock(0, JsonMapper.shared().readTree(block("right"))).config();
    var broken = new ExportConfig("prometheus", 3, false, List.of(), brokenSink());

    try (ConnectionTest connections = new ConnectionTest(EgressPolicy.parse("private"))) {
      var results = connections.test(List.of(broken, good));
      assertThat(results).extracting(ConnectionTest.Connection::ok).containsExactly(false, true);
      assertThat(results.getFirst().detail()).contains("failed to test the connection to nowhere", "its log");
    }
  }

  /** Knows its destination, and fails in everything else. */
  private static SinkConfig brokenSink() {
    return (SinkConfig) Proxy.newProxyInstance(SinkConfig.class.getClassLoader(), new Class<?>[]{SinkConfig.class},
        (_, method, _) -> {
          if (method.getName().equals("destination")) { return "nowhere"; }
          throw new IllegalStateException("broken");
        });
  }

  @Test
  void an_address_that_is_not_allowed_is_not_asked() {
    var export = ApmBlocks.readBlock(0, JsonMapper.shared().readTree(block("right"))).config();

    try (ConnectionTest connections = new ConnectionTest(EgressPolicy.PUBLIC_ONLY)) {
      assertThat(connections.test(List.of(export)).getFirst().detail()).contains("not public");
    }
    assertThat(receiver.connections()).isZero();
  }

  private String block(String token) {
    return "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"" + receiver.uri("/write")
        + "\",\"credentials\":{\"token\":\"" + token + "\"}}";
  }
}
