package dev.apmexport.api.remotewrite;

import static dev.apmexport.exporter.source.remotewrite.WriteRequests.labels;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.exporter.source.remotewrite.WriteRequests;
import dev.apmexport.exporter.source.remotewrite.WriteRequests.Sample;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.TenantId;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteWriteTest extends WithApi {
  private static final String WRITE = "/api/v1/write";
  private static final String V1 = "application/x-protobuf";
  private final long now = System.currentTimeMillis();

  private Answer write(String path, byte[] body, String... headers) {
    return send(request(path).headers("Content-Type", V1, "Content-Encoding", "snappy",
        "X-Prometheus-Remote-Write-Version", "0.1.0").headers(or(headers)).POST(BodyPublishers.ofByteArray(body)));
  }

  private static String[] or(String... headers) {
    return Arrays.asList(headers).contains("User-Agent") ? headers
        : Stream.concat(Stream.of("User-Agent", "k6-prometheus-rw-output/v0.0.1"), Stream.of(headers))
            .toArray(String[]::new);
  }

  private WriteRequests good() {
    return new WriteRequests().sample("k6_vus", 3, now);
  }

  private static String path(String run) {
    return "/api/v1/test-runs/" + run + "/write";
  }

  @Test
  void a_push_is_stored_as_it_came_with_the_times_it_spans() {
    String run = newRun();
    byte[] body = good().sample("k6_http_reqs_total", 7, now - 4_000).packed();

    Answer answer = write(path(run), body);

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.text()).isEmpty();
    jdbc.sql("select kind, first_bucket, last_bucket, payload from metric_log where test_run_id = ?")
        .param(Long.parseLong(run)).query(row -> {
          assertThat(row.getInt(1)).isEqualTo(4);
          assertThat(row.getLong(2)).isEqualTo((now - 4_000) / 1000);
          assertThat(row.getLong(3)).isEqualTo(now / 1000);
          assertThat(row.getBytes(4)).isEqualTo(body);
        });
    assertThat(records(run)).isEqualTo(1);
  }

  @Test
  void the_run_is_named_by_a_header_by_the_path_or_by_its_own_token() {
    String run = newRun();
    byte[] body = good().packed();
    assertThat(write(WRITE, body, "X-Test-Run-Id", run).status()).isEqualTo(204);
    assertThat(write("/i/lg-1" + path(run), body).status()).isEqualTo(204);
    assertThat(write("/i/lg-2" + WRITE, body, "X-Test-Run-Id", run).status()).isEqualTo(204);
    assertThat(records(run)).isEqualTo(3);

    long tenant = jdbc.sql("select tenant_id from test_run where id = ?").param(Long.parseLong(run)).query(Long.class)
        .single();
    token = admitted(
        made -> ApiToken.forRun(new TenantId(tenant), Long.parseLong(run), made));
    assertThat(write(WRITE, good().sample("k6_vus_max", 4, now).packed()).status()).isEqualTo(204);
    assertThat(records(run)).isEqualTo(4);
    assertThat(write(WRITE, body, "X-Test-Run-Id", "1").status()).isEqualTo(404);
  }

  @Test
  void a_push_that_names_no_run_is_told_how_to() {
    Answer answer = write(WRITE, good().packed());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/detail")).contains("/api/v1/test-runs/<id>/write", "X-Test-Run-Id",
        "K6_PROMETHEUS_RW_HTTP_HEADERS", "/p/<profile>/api/v1/write").endsWith(".");
    assertThat(write(WRITE, good().packed(), "X-Test-Run", "checkout").at("/detail")).contains("needs a profile");
  }

  @Test
  void another_tenants_run_is_not_found() {
    String run = newRun();
    token = newToken();
    assertThat(write(path(run), good().packed()).status()).isEqualTo(404);
    assertThat(write(WRITE, good().packed(), "X-Test-Run-Id", run).status()).isEqualTo(404);
    assertThat(records(run)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"Bearer,", "Token,", "Basic,me:", "basic,:"})
  void a_token_may_come_in_every_way_that_senders_know(String scheme, String before) {
    String run = newRun();
    String good = token;
    token = "";
    assertThat(write(path(run), good().packed(), "Authorization", scheme + " " + credentials(before, good)).status())
        .isEqualTo(204);
    Answer answer = write(path(run), good().packed(), "Authorization", scheme + " " + credentials(before, "wrong"));
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.text()).doesNotContain("wrong");
  }

  private static String credentials(String before, String token) {
    return before == null ? token
        : Base64.getEncoder().encodeToString((before + token).getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic !!!", "Basic bm9jb2xvbg==", "Basic ", "Digest x"})
  void what_is_no_token_is_unauthorized(String header) {
    String run = newRun();
    token = "";
    assertThat(write(path(run), good().packed(), "Authorization", header).status()).isEqualTo(401);
  }

  @Test
  void a_password_is_a_token_for_senders_of_remote_write_only() {
    String basic = "Basic " + credentials("me:", token);
    token = "";
    assertThat(send(request("/api/v1/test-runs").header("Authorization", basic).GET()).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({"application/x-protobuf;proto=io.prometheus.write.v2.Request,snappy,415",
      "application/x-protobuf;proto=\"io.prometheus.write.v2.Request\",snappy,415", "application/json,snappy,415",
      "nonsense,snappy,415", "application/x-protobuf,gzip,415", "application/x-protobuf,zstd,415",
      "application/x-protobuf;proto=prometheus.WriteRequest,snappy,204",
      "application/x-protobuf; charset=utf-8,Snappy,204"})
  void other_messages_and_compressions_are_refused_so_that_a_sender_goes_on_with_ours(String type, String encoding,
      int status) {
    String run = newRun();
    Answer answer = send(request(path(run)).headers("Content-Type", type, "Content-Encoding", encoding)
        .POST(BodyPublishers.ofByteArray(good().packed())));
    assertThat(answer.status()).isEqualTo(status);
    if (status == 415) {
      assertThat(answer.at("/detail")).contains("not taken here").endsWith(".");
      assertThat(records(run)).isZero();
    }
  }

  @Test
  void what_cannot_be_read_is_refused_as_a_whole() {
    String run = newRun();
    byte[] cut = Arrays.copyOf(good().bytes(), good().bytes().length - 3);
    assertThat(write(path(run), "not snappy".getBytes(StandardCharsets.UTF_8)).at("/detail"))
        .contains("not a snappy block");
    assertThat(write(path(run), MetricSets.pack(cut)).at("/detail")).contains("not a protobuf");
    assertThat(write(path(run), new byte[0]).status()).isEqualTo(400);
    assertThat(records(run)).isZero();
  }

  /** One zero byte is an empty snappy block, by which senders try a connection. */
  @Test
  void an_empty_push_is_fine_and_leaves_nothing() {
    String run = newRun();
    assertThat(write(path(run), new byte[]{0}).status()).isEqualTo(204);
    assertThat(records(run)).isZero();
  }

  @Test
  void a_push_that_is_too_large_is_refused_packed_or_unpacked() {
    String run = newRun();
    assertThat(write(path(run), new byte[(4 << 20) + 1]).status()).isEqualTo(413);
    assertThat(write(path(run), MetricSets.pack(new byte[(32 << 20) + 1])).status()).isEqualTo(413);
    assertThat(records(run)).isZero();
  }

  @Test
  void the_good_part_of_a_push_is_stored_and_the_bad_one_told() {
    String run = newRun();
    Sample one = new Sample(1, now);
    Answer answer = write(path(run), good().sample("k6_stock", Double.NaN, now)
        .series(new String[]{"z", "1", "__name__", "k6_b"}, one).series(new String[]{"a", "b"}, one)
        .series(new String[]{"__name__", "k6_c", "x", "1", "x", "2"}, one).sample("k6_d", 1, now + 700_000)
        .sample("k6_e", 1, 1_000).series(labels("k6_f"), one, new Sample(2, now - 1)).packed());

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/detail")).isEqualTo("7 of 9 samples are refused, the first of "
        + "k6_stock{scenario=\"default\"}: the sample's value is not a finite number. The other 2 are stored; do not send "
        + "them again.");
    assertThat(answer.json().path("stored").asInt()).isEqualTo(2);
    assertThat(answer.json().path("refused").asInt()).isEqualTo(7);
    assertThat(records(run)).isEqualTo(1);
    assertThat(jdbc.sql("select first_bucket from metric_log where test_run_id = ?").param(Long.parseLong(run))
        .query(Long.class).single()).isEqualTo(now / 1000);
  }

  @Test
  void a_push_without_anything_good_is_not_stored() {
    String run = newRun();
    Answer answer = write(path(run), new WriteRequests().sample("k6_vus", Double.NaN, now).packed());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/detail")).startsWith("1 of 1 samples are refused").endsWith(" None is stored.");
    assertThat(records(run)).isZero();
  }

  @Test
  void the_same_push_again_is_stored_once_for_each_load_generator() {
    String run = newRun();
    byte[] body = good().packed();
    for (int i = 0; i < 2; i++) {
      assertThat(write(path(run), body).status()).isEqualTo(204);
      assertThat(write("/i/two" + path(run), body).status()).isEqualTo(204);
    }
    assertThat(records(run)).isEqualTo(2);
  }

  @Test
  void a_run_that_is_finished_takes_no_more_after_a_while() {
    String run = newRun();
    write(path(run), good().packed());
    post("/api/v1/test-runs/" + run + "/finish", "{}");
    assertThat(write(path(run), good().sample("k6_a", 1, now).packed()).status()).isEqualTo(204);
    jdbc.sql("update run_head set finished_at = finished_at - interval '1 hour' where test_run_id = ?")
        .param(Long.parseLong(run)).update();
    Answer late = write(path(run), good().sample("k6_b", 1, now).packed());
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.at("/detail")).contains("was finished at");
  }

  private void profile(String name) {
    send(request("/api/v1/apm-profiles/" + name).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(
        "{\"apm\":[{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/w\"}]}")));
  }

  private List<String> runs() {
    List<String> ids = new ArrayList<>();
    get("/api/v1/test-runs").json().path("items").forEach(run -> ids.add(run.path("id").asString()));
    return ids;
  }

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

  @Test
  void a_name_that_comes_again_after_its_end_is_a_new_run() {
    profile("nightly");
    String[] name = {"X-Test-Run", "checkout"};
    write("/p/nightly" + WRITE, good().packed(), name);
    byte[] end = new WriteRequests().end("k6_vus", now).packed();
    assertThat(write("/p/nightly/i/two" + WRITE, end, name).status()).isEqualTo(204);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/state")).as("a single generator's end")
        .isEqualTo("running");
    assertThat(write("/p/nightly" + WRITE, end, name).status()).isEqualTo(204);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/state")).isEqualTo("finishing");
    assertThat(write("/p/nightly" + WRITE, end, name).status()).isEqualTo(204);
    assertThat(runs()).hasSize(1);

    assertThat(write("/p/nightly" + WRITE, good().packed(), name).status()).isEqualTo(204);
    assertThat(runs()).hasSize(2);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/state")).isEqualTo("running");
  }

  /** Other senders mark the end of series too, each time one of their targets goes. */
  @Test
  void only_k6_says_with_the_end_of_its_series_that_the_test_is_over() {
    profile("nightly");
    write("/p/nightly" + WRITE, good().packed(), "X-Test-Run", "checkout");
    byte[] end = new WriteRequests().end("k6_vus", now).packed();

    assertThat(write("/p/nightly" + WRITE, end, "X-Test-Run", "checkout", "User-Agent", "Prometheus/3.5.0").status())
        .isEqualTo(204);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/state")).isEqualTo("running");
  }

  @Test
  void who_pushes_to_a_stopped_run_by_its_name_is_refused_until_it_was_silent_for_5_minutes() {
    profile("nightly");
    write("/p/nightly" + WRITE, good().packed(), "X-Test-Run", "checkout");
    String stopped = runs().getFirst();
    post("/api/v1/test-runs/" + stopped + "/stop", "{\"reason\":\"It hits the wrong environment.\"}");

    for (int seconds : new int[]{0, 270, 270}) { // each refused push is one that the silence counts from
      silent(stopped, seconds);
      refused("It hits the wrong environment.");
    }
    assertThat(runs()).containsExactly(stopped);
    silent(stopped, 301);
    assertThat(write("/p/nightly" + WRITE, good().packed(), "X-Test-Run", "checkout").status()).isEqualTo(204);
    assertThat(runs()).hasSize(2);
    assertThat(records(stopped)).isEqualTo(2);
  }

  @Test
  void a_run_that_has_passed_its_limit_is_not_made_again_under_its_name() {
    profile("nightly");
    jdbc.sql("update tenant set run_bytes_limit = 1 "
        + "where id = (select tenant_id from api_token where sha256 = ?)").param(ApiToken.digest(token)).update();

    refused("It sent more than 1 bytes");
    refused("It sent more than 1 bytes");
    assertThat(runs()).hasSize(1);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/stopped/by")).isEqualTo("service");
  }

  private void refused(String reason) {
    Answer answer = write("/p/nightly" + WRITE, good().packed(), "X-Test-Run", "checkout");
    assertThat(answer.status()).as(answer.text()).isEqualTo(403);
    assertThat(answer.at("/detail")).contains("was stopped", reason)
        .endsWith(
            " Its name is free for another run after 5 minutes without a push to it; take another name until then.");
  }

  private void silent(String run, int seconds) {
    jdbc.sql("update run_head set last_at = last_at - ? * interval '1 second' where test_run_id = ?")
        .params(seconds, Long.parseLong(run)).update();
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
