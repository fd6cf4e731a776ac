package dev.apmexport.api.remotewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.remotewrite.WriteRequests;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pushes that name no run but a test and a profile: the first one of a name makes the run. */
class NamedRunTest extends WithRemoteWrite {
  @Test
  void the_first_push_of_a_name_makes_a_run_that_a_profile_exports() {
    profile("nightly");
    String[] name = {"X-Test-Run", "checkout"};
    assertThat(write("/p/nightly" + WRITE, good().packed(), name).status()).isEqualTo(204);
    assertThat(write("/p/nightly" + WRITE, good().sample("k6_a", 1, now).packed(), name).status()).isEqualTo(204);
    assertThat(write("/p/nightly/i/two" + WRITE, good().packed(), name).status()).isEqualTo(204);

    assertThat(runs()).hasSize(1);
    Answer run = get("/api/v1/test-runs/" + runs().getFirst());
    assertThat(run.at("/name")).isEqualTo("checkout");
    assertThat(run.at("/state")).isEqualTo("running");
    assertThat(run.at("/profile")).isEqualTo("nightly");
    assertThat(run.at("/exports/0/provider")).isEqualTo("prometheus");
    assertThat(records(runs().getFirst())).isEqualTo(3);
  }

  /** Go sends a header's bytes as they are; Java's client sends no such letters at all. */
  @ParameterizedTest
  @CsvSource({"UTF-8,Bestellung €5 für Łukasz", "ISO-8859-1,Prüfung"})
  void a_name_may_have_letters_of_any_language(String charset, String name) throws Exception {
    profile("nightly");
    byte[] body = good().packed();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(("POST /p/nightly" + WRITE + " HTTP/1.1\r\nHost: localhost\r\n"
          + "Connection: close\r\nAuthorization: Bearer " + token + "\r\nContent-Length: " + body.length
          + "\r\nX-Test-Run: " + name + "\r\n\r\n").getBytes(charset));
      socket.getOutputStream().write(body);
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).contains(" 204 ");
    }
    assertThat(get("/api/v1/test-runs").at("/items/0/name")).isEqualTo(name);
  }

  @Test
  void no_run_is_made_without_a_profile_or_for_nothing() {
    assertThat(write("/p/unknown" + WRITE, good().packed(), "X-Test-Run", "a").at("/detail"))
        .contains("There is no profile \"unknown\"", "PUT /api/v1/apm-profiles/unknown");
    profile("nightly");
    assertThat(write("/p/nightly" + WRITE, new byte[]{0}, "X-Test-Run", "a").status()).isEqualTo(204);
    assertThat(write("/p/nightly" + WRITE, new WriteRequests().sample("k6_a", Double.NaN, now).packed(), "X-Test-Run",
        "a").status()).isEqualTo(400);
    assertThat(write("/p/nightly" + WRITE, good().packed(), "X-Test-Run", "a".repeat(201)).status()).isEqualTo(400);
    assertThat(write("/p/nightly" + WRITE, good().packed()).status()).isEqualTo(400);
    assertThat(runs()).isEmpty();
  }

  @Test
  void first_pushes_at_once_make_one_run() throws Exception {
    profile("nightly");
    List<Future<Answer>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        byte[] body = good().sample("k6_" + (char) ('a' + i), 1, now).packed();
        answers.add(threads.submit(() -> write("/p/nightly" + WRITE, body, "X-Test-Run", "checkout")));
      }
    }
    for (Future<Answer> answer : answers) {
      assertThat(answer.get().status()).isEqualTo(204);
    }
    assertThat(runs()).hasSize(1);
    assertThat(records(runs().getFirst())).isEqualTo(8);
  }
}
