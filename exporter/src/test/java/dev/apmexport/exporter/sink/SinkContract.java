package dev.apmexport.exporter.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every sink must do. A provider's test says how it is configured. */
@org.junit.jupiter.api.Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class SinkContract {
  /** The credentials a configuration has to use. */
  protected static final String SECRET = "s3cr3t-t0ken";
  private static final long NOW = 1_700_000_000_000L;

  protected final LoopbackServer server = new LoopbackServer();
  protected final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(20),
      Timeout.ofSeconds(60));

  /** A configuration for this address with {@link #SECRET} as its secret. */
  protected abstract SinkConfig configFor(URI endpoint);

  @AfterEach
  void close() {
    http.close();
    server.close();
  }

  /** A batch of so many series. */
  protected static Batch batch(int size) {
    Series[] series = IntStream.range(0, size).mapToObj(i -> new Series("k6_requests", Labels.of("url", "/" + i)))
        .toArray(Series[]::new);
    return new Batch(NOW, series, IntStream.range(0, size).mapToDouble(i -> i + 0.5).toArray());
  }

  protected WriteResult write(Batch batch) {
    try (Sink sink = configFor(server.uri("/in")).open(http)) {
      return sink.write(batch);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private WriteResult write(Answer answer) {
    server.answer(answer);
    return write(batch(1));
  }

  @Test
  void one_batch_is_one_request() {
    assertThat(write(batch(configFor(server.uri("/in")).maxBatch()))).isInstanceOf(WriteResult.Accepted.class);
    assertThat(server.requests()).singleElement().extracting(LoopbackServer.Request::line).asString()
        .startsWith("POST /in");
  }

  @Test
  void a_probe_tells_in_one_request_whether_a_batch_would_be_taken() throws InterruptedException {
    try (Sink sink = configFor(server.uri("/in")).open(http)) {
      assertThat(sink.probe()).isInstanceOf(WriteResult.Accepted.class);
      server.answer(Answer.of(403));
      assertThat(sink.probe()).isInstanceOf(WriteResult.NotAuthorized.class);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void the_same_batch_is_the_same_bytes() throws InterruptedException {
    try (Sink sink = configFor(server.uri("/in")).open(http)) {
      sink.write(batch(10));
      sink.write(batch(300));
      sink.write(batch(10));
    }
    write(batch(10));
    assertThat(server.requests().get(2).body()).isEqualTo(server.requests().get(0).body());
    assertThat(server.requests().get(3).body()).isEqualTo(server.requests().get(0).body());
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 299})
  void any_2xx_is_acceptance(int status) {
    assertThat(write(Answer.of(status))).isEqualTo(new WriteResult.Accepted());
  }

  @Test
  void a_bad_request_is_invalid_with_the_remote_ends_words() {
    assertThat(write(Answer.of(400, "out of\n \0order   sample\n")))
        .isEqualTo(new WriteResult.Invalid("HTTP 400: out of order sample"));
  }

  @Test
  void a_request_too_large_says_so() {
    assertThat(write(Answer.of(413, "too big"))).isEqualTo(new WriteResult.TooLarge("HTTP 413: too big"));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404})
  void a_refusal_that_needs_a_human_is_not_authorized(int status) {
    assertThat(write(Answer.of(status, "no"))).isEqualTo(new WriteResult.NotAuthorized("HTTP " + status + ": no"));
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void a_redirect_is_not_followed(int status) {
    assertThat(write(Answer.of(status, "", "Location: " + server.uri("/other"))))
        .isInstanceOf(WriteResult.NotAuthorized.class);
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {425, 429})
  void a_request_for_patience_is_to_be_sent_again(int status) {
    assertThat(write(Answer.of(status, "later")))
        .isEqualTo(new WriteResult.RetryLater(Cause.BUSY, "HTTP " + status + ": later", Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 504})
  void a_wait_that_was_given_up_on_our_behalf_leaves_open_what_arrives(int status) {
    assertThat(write(Answer.of(status, "too slow", "Retry-After: 3")))
        .isEqualTo(new WriteResult.RetryLater(Cause.NO_ANSWER, "HTTP " + status + ": too slow", Duration.ofSeconds(3)));
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 529, 599})
  void a_failure_is_to_be_sent_again(int status) {
    assertThat(write(Answer.of(status, "oops")))
        .isEqualTo(new WriteResult.RetryLater(Cause.FAILED, "HTTP " + status + ": oops", Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"7 | 7", "0 | 0", "-5 | 0", "100000 | 300", "soon | 0", "1.5 | 0",
      "Fri, 31 Dec 1999 23:59:59 GMT | 0", "Fri, 31 Dec 2199 23:59:59 GMT | 0", "Tue, 31 Dec 2199 23:59:59 GMT | 300"})
  void a_time_to_wait_is_read_bounded_and_ignored_if_malformed(String header, long seconds) {
    for (int status : new int[]{429, 503, 500, 408}) {
      assertThat(write(Answer.of(status, "", "Retry-After: " + header))).isInstanceOfSatisfying(
          WriteResult.RetryLater.class,
          later -> assertThat(later.after()).isEqualTo(Duration.ofSeconds(seconds)));
    }
  }

  @Test
  void a_date_to_come_back_is_reckoned_by_the_clock_that_sending_goes_by() throws InterruptedException {
    InstantSource clock = InstantSource.fixed(Instant.parse("2031-01-31T09:30:00Z"));
    server.answer(Answer.of(503, "", "Retry-After: Fri, 31 Jan 2031 09:31:05 GMT"));
    try (Sink sink = configFor(server.uri("/in")).open(http.on(clock))) {
      assertThat(sink.write(batch(1))).isInstanceOfSatisfying(WriteResult.RetryLater.class,
          later -> assertThat(later.after()).isEqualTo(Duration.ofSeconds(65)));
    }
  }

  @Test
  void an_answer_that_trickles_in_is_no_answer() throws InterruptedException {
    server.answer((_, _, out) -> {
      out.write("HTTP/1.1 500 No\r\nContent-Length: 1000000\r\n\r\n".getBytes());
      while (true) {
        out.write('x');
        out.flush();
        LockSupport.parkNanos(20_000_000);
      }
    });
    try (
        HttpTransport hasty = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(5),
            Timeout.ofMilliseconds(200));
        Sink sink = configFor(server.uri("/in")).open(hasty)) {
      assertNoAnswer(sink.write(batch(1)));
    }
  }

  @Test
  void never_does_a_sink_retry_by_itself() {
    for (Answer answer : new Answer[]{Answer.of(500), Answer.of(503, "", "Retry-After: 0"), Answer.of(429),
        Answer.reset()}) {
      int before = server.requests().size();
      write(answer);
      assertThat(server.requests()).hasSize(before + 1);
    }
  }

  @Test
  void no_server_is_no_answer() {
    server.close();
    assertNoAnswer(write(batch(1)), Cause.NO_CONNECTION);
  }

  @Test
  void a_connection_that_breaks_is_no_answer() {
    assertNoAnswer(write(Answer.reset()));
    assertNoAnswer(write((_, to, out) -> {
      out.write("HTTP/1.1 200 OK\r\nContent-Len".getBytes());
      out.flush();
      to.close();
    }));
    assertNoAnswer(write((_, to, out) -> {
      out.write("HTTP/1.1 400 Bad\r\nContent-Length: 100\r\n\r\nhalf".getBytes());
      out.flush();
      to.close();
    }));
    assertNoAnswer(write((_, to, out) -> {
      out.write("SSH-2.0-OpenSSH\r\n\r\n".getBytes());
      out.flush();
      to.close();
    }));
  }

  @Test
  void silence_is_no_answer() throws InterruptedException {
    server.answer(Answer.silence());
    try (
        HttpTransport hasty = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(5),
            Timeout.ofMilliseconds(200));
        Sink sink = configFor(server.uri("/in")).open(hasty)) {
      assertNoAnswer(sink.write(batch(1)));
    }
  }

  @Test
  void a_server_that_speaks_no_tls_has_got_nothing() throws InterruptedException {
    URI tls = URI.create(server.uri("/in").toString().replace("http:", "https:"));
    server.answer(Answer.reset());
    try (
        HttpTransport hasty = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(5),
            Timeout.ofMilliseconds(200));
        Sink sink = configFor(tls).open(hasty)) {
      assertNoAnswer(sink.write(batch(1)), Cause.NO_CONNECTION);
    }
  }

  private static void assertNoAnswer(WriteResult result) {
    assertNoAnswer(result, Cause.NO_ANSWER);
  }

  private static void assertNoAnswer(WriteResult result, Cause cause) {
    assertThat(result).isInstanceOfSatisfying(WriteResult.RetryLater.class, later -> {
      assertThat(later.cause()).isEqualTo(cause);
      assertThat(later.reason()).startsWith("No answer from ").doesNotContain(SECRET);
      assertThat(later.after()).isZero();
    });
  }

  @Test
  void of_a_long_answer_only_the_start_is_kept() {
    assertThat(write(Answer.of(400, "é".repeat(1 << 20)))).isInstanceOfSatisfying(WriteResult.Invalid.class,
        invalid -> assertThat(invalid.reason()).startsWith("HTTP 400: éé").hasSizeLessThan(600));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 500})
  void an_answer_without_end_is_cut_off(int status) {
    WriteResult result = write(Answer.endless(status));
    assertThat(result).isInstanceOf(switch (status) {
      case 200 -> WriteResult.Accepted.class;
      case 400 -> WriteResult.Invalid.class;
      default -> WriteResult.RetryLater.class;
    });
    assertThat(write(Answer.of(204))).isEqualTo(new WriteResult.Accepted());
  }

  @Test
  void a_secret_is_shown_to_the_server_only() {
    SinkConfig config = configFor(server.uri("/in"));
    assertThat(config.toString() + config.destination()).doesNotContain(SECRET);
    WriteResult echoed = write(
        (request, to, out) -> Answer.of(400, request.headers().toString()).give(request, to, out));
    assertThat(server.requests().getLast().headers().toString()).contains(SECRET);
    assertThat(echoed.toString()).startsWith("Invalid").doesNotContain(SECRET);
  }

  @Test
  void numbers_of_every_kind_are_sent_or_refused() {
    double[] values = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, Double.MIN_VALUE,
        Double.MAX_VALUE};
    Batch batch = batch(values.length);
    assertThat(write(new Batch(batch.atMillis(), batch.series(), values)))
        .isInstanceOfAny(WriteResult.Accepted.class, WriteResult.Invalid.class);
  }
}
