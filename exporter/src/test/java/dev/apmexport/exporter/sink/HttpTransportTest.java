package dev.apmexport.exporter.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@org.junit.jupiter.api.Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class HttpTransportTest {
  private static final int MOST_IN_FLIGHT = 200;

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
  void the_last_look_is_taken_when_there_is_a_connection_and_before_anything_is_sent() throws IOException {
    try (HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(20),
        Timeout.ofSeconds(60))) {
      Runnable refusing = () -> {
        throw new IllegalStateException(server.requests().size() + " requests, no longer ours");
      };
      for (int i = 0; i < 2 * MOST_IN_FLIGHT; i++) { // more than there are turns and connections
        assertThatThrownBy(() -> ScopedValue.where(HttpTransport.LAST_LOOK, refusing)
            .call(() -> post(http, server.uri("/").toString()))).hasMessage("0 requests, no longer ours");
      }
      assertThat(server.connections()).isPositive();
      assertThat(post(http, server.uri("/").toString()).status()).isEqualTo(204);
      assertThat(server.requests()).hasSize(1);
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

  /** More silent connections than any pool of two thousand would have. */
  @Test
  void however_many_hosts_are_silent_another_is_reached_at_once() throws Exception {
    List<LoopbackServer> silent = IntStream.range(0, 11).mapToObj(_ -> new LoopbackServer()).toList();
    HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(20),
        Timeout.ofSeconds(120));
    try {
      for (LoopbackServer one : silent) {
        one.answer(LoopbackServer.Answer.silence());
        IntStream.range(0, MOST_IN_FLIGHT).forEach(_ -> Thread.startVirtualThread(() -> postInVain(http, one)));
        awaitRequests(one, MOST_IN_FLIGHT);
      }
      assertThat(post(http, server.uri("/").toString()).status()).isEqualTo(204);
    } finally {
      silent.forEach(LoopbackServer::close);
      http.close();
    }
  }

  @Test
  void a_silent_host_holds_a_bounded_number_of_requests_and_the_next_has_its_turn_when_one_ends() throws Exception {
    server.answer(LoopbackServer.Answer.silence());
    AtomicInteger ended = new AtomicInteger();
    try (HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(20),
        Timeout.ofSeconds(120))) {
      postInVain(http, MOST_IN_FLIGHT, ended);
      awaitRequests(server, MOST_IN_FLIGHT);
      List<Thread> next = postInVain(http, 50, ended); // not before, for they wait for their turn some seconds only
      while (next.stream().anyMatch(thread -> thread.getState() != Thread.State.TIMED_WAITING)) {
        Thread.onSpinWait();
      }
      assertThat(server.requests()).hasSize(MOST_IN_FLIGHT);
      server.hangUp();
      awaitRequests(server, MOST_IN_FLIGHT + 50);
      server.hangUp();
      while (ended.get() < MOST_IN_FLIGHT + 50) {
        Thread.onSpinWait();
      }
    }
  }

  /** Half of them as another export does, by a clock of its own. */
  private List<Thread> postInVain(HttpTransport http, int count, AtomicInteger ended) {
    return IntStream.range(0, count).mapToObj(i -> Thread.startVirtualThread(() -> {
      postInVain(i % 2 == 0 ? http : http.on(InstantSource.system()), server);
      ended.incrementAndGet();
    })).toList();
  }

  private static void awaitRequests(LoopbackServer server, int count) {
    while (server.requests().size() < count) {
      Thread.onSpinWait();
    }
  }

  private static void postInVain(HttpTransport http, LoopbackServer server) {
    try {
      post(http, server.uri("/").toString());
    } catch (IOException expected) {
      // The test closes the server or the connection.
    }
  }

  @Test
  void whoever_is_interrupted_while_it_waits_for_its_turn_leaves() throws Exception {
    server.answer(LoopbackServer.Answer.silence());
    try (HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(20),
        Timeout.ofSeconds(120))) {
      IntStream.range(0, MOST_IN_FLIGHT).forEach(_ -> Thread.startVirtualThread(() -> postInVain(http, server)));
      awaitRequests(server, MOST_IN_FLIGHT);
      AtomicBoolean interrupted = new AtomicBoolean();
      Thread waiting = Thread.startVirtualThread(() -> {
        postInVain(http, server);
        interrupted.set(Thread.currentThread().isInterrupted());
      });
      waiting.interrupt();
      waiting.join();
      assertThat(interrupted).isTrue();
      server.close();
    }
  }

  /** All at once, so that they may take seconds: a pause of half of them would be silence, and told as such. */
  @Test
  void an_answer_that_trickles_in_for_ever_is_given_up() throws Exception {
    List<String> starts = List.of("", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n");
    server.answer((request, _, out) -> {
      out.write(starts.get(request.line().charAt("POST /".length()) - '0').getBytes(StandardCharsets.ISO_8859_1));
      while (true) {
        out.write('H');
        out.flush();
        LockSupport.parkNanos(20_000_000);
      }
    });
    try (HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(20),
        Timeout.ofSeconds(3)); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<HttpTransport.Answer>> asked = IntStream.range(0, starts.size())
          .mapToObj(i -> threads.submit(() -> post(http, server.uri("/" + i).toString()))).toList();
      for (Future<HttpTransport.Answer> one : asked) {
        assertThatThrownBy(one::get).cause().isInstanceOf(IOException.class)
            .hasMessage("the answer was not complete after 6000 ms");
      }
    }
  }

  private static HttpTransport.Answer post(HttpTransport http, String url) throws IOException {
    return http.post(URI.create(url), Map.of("Content-Type", "text/plain"), new byte[]{1, 2, 3}, 3);
  }
}
