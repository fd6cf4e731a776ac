package dev.apmexport.exporter.sink;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpPut;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Requests to destinations: no redirects, no retries, no cookies, answers read to a bound, and every address checked by
 * the {@link EgressPolicy} at the moment of connecting, so that a name that changes its address is checked again.
 */
public final class HttpTransport implements AutoCloseable {
  /** So much of an answer is read; the rest is dropped with its connection. */
  public static final int MAX_ANSWER = 64 << 10;
  /**
   * So many requests may be under way to one host and port, whoever sends them: at 100 ms each that is 2,000 requests
   * of up to 5,000 points a second, or 25 exports of eight lanes in step. The pool keeps as many connections for a
   * route, so that nobody waits in the pool, and has no bound for all routes together: a bound would be a thing that
   * strangers share, and ten silent hosts with 200 requests each would use 2,000 up. What bounds the sum is that a lane
   * has one request under way: 200 live runs of ten exports of eight lanes make 16,000 at the very most, and of the
   * lanes of a silent host the circuit breakers let one for each export through.
   */
  private static final int IN_FLIGHT = 200;
  private static final int MOST_SHARED = 10_000;

  /**
   * What whoever sends does last of all, when there is a turn and a connection, which may have taken long. What it
   * throws comes back to the sender, and nothing is sent.
   */
  public static final ScopedValue<Runnable> LAST_LOOK = ScopedValue.newInstance();

  /** Short, since whoever sends has looked at the age of what it sends, and whether it still may, just before. */
  private static final Duration TURN = Duration.ofSeconds(5);

  /** Nothing was sent, since enough others send to the same host. */
  static final class NoTurn extends IOException {
    private static final long serialVersionUID = 1;

    NoTurn(String message) {
      super(message);
    }
  }

  private final EgressPolicy policy;
  private final Timeout connect;
  private final Timeout answer;
  private final CloseableHttpClient client;
  private final boolean owned;
  private final Map<String, Object> shared;
  private final InstantSource clock;

  /**
   * An answer: its status, the start of its body as text, of its headers those that say when to come back, and when it
   * came.
   */
  public record Answer(int status, String body, @Nullable String retryAfter, @Nullable String rateLimitReset,
      Instant at) {}

  public HttpTransport(EgressPolicy policy, Timeout connect, Timeout answer) {
    this(policy, connect, answer, client(policy, connect, answer, Tls.STANDARD), true,
        Collections.synchronizedMap(new Newest<>()), InstantSource.system());
  }

  private HttpTransport(EgressPolicy policy, Timeout connect, Timeout answer, CloseableHttpClient client,
      boolean owned, Map<String, Object> shared, InstantSource clock) {
    this.policy = policy;
    this.connect = connect;
    this.answer = answer;
    this.client = client;
    this.owned = owned;
    this.shared = shared;
    this.clock = clock;
  }

  private static CloseableHttpClient client(EgressPolicy policy, Timeout connect, Timeout answer, Tls tls) {
    var connections = PoolingHttpClientConnectionManagerBuilder.create()
        .setDnsResolver(new GuardedResolver(policy, connect))
        .setTlsSocketStrategy(tls.strategy())
        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX).setMaxConnPerRoute(IN_FLIGHT)
        .setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(connect).setSocketTimeout(answer)
            .setValidateAfterInactivity(5, TimeUnit.SECONDS).build())
        .build();
    HttpClientBuilder client = HttpClients.custom().setConnectionManager(connections).disableRedirectHandling()
        .disableAutomaticRetries().disableCookieManagement().disableAuthCaching().disableContentCompression()
        .disableDefaultUserAgent()
        .addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "last look", (request, scope, chain) -> {
          LAST_LOOK.orElse(() -> {}).run();
          return chain.proceed(request, scope);
        })
        .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(answer).build());
    // A client of one sink is closed with it; the shared one lives on and meets ever new hosts.
    return tls.equals(Tls.STANDARD) ? client.evictIdleConnections(TimeValue.ofMinutes(2)).build() : client.build();
  }

  public HttpTransport(EgressPolicy policy) {
    this(policy, Timeout.ofSeconds(5), Timeout.ofSeconds(30));
  }

  /**
   * The same for a destination that trusts others: with connections of its own, which its closing closes. Where the
   * trust is the usual one the connections are shared, and closing leaves them alone.
   */
  public HttpTransport trusting(Tls tls) {
    boolean own = !tls.equals(Tls.STANDARD);
    return new HttpTransport(policy, connect, answer, own ? client(policy, connect, answer, tls) : client, own, shared,
        clock);
  }

  /** The same where the time to come back is reckoned by this clock. Closing it leaves the connections alone. */
  public HttpTransport on(InstantSource other) {
    return new HttpTransport(policy, connect, answer, client, false, shared, other);
  }

  /** By which the time to come back is reckoned. */
  public InstantSource clock() {
    return clock;
  }

  /** Throws where there is no answer; any status is an answer. */
  public Answer get(java.net.URI url, Map<String, String> headers) throws IOException {
    return send(new HttpGet(url), headers);
  }

  /** Posts the first {@code length} bytes. Throws where there is no answer; any status is an answer. */
  public Answer post(java.net.URI url, Map<String, String> headers, byte[] body, int length) throws IOException {
    HttpPost post = new HttpPost(url);
    ContentType type = ContentType.parseLenient(headers.get("Content-Type"));
    post.setEntity(new ByteArrayEntity(body, 0, length, type, headers.get("Content-Encoding")));
    return send(post, headers);
  }

  /** As {@link #post}, with the method PUT and the whole body. */
  public Answer put(java.net.URI url, Map<String, String> headers, byte[] body) throws IOException {
    HttpPut put = new HttpPut(url);
    put.setEntity(new ByteArrayEntity(body, ContentType.parseLenient(headers.get("Content-Type"))));
    return send(put, headers);
  }

  /**
   * What all sinks of this process share under a key, made by the first that asks: for what is to be done once for a
   * destination, however many exports write to it. What was not asked for for long may be forgotten.
   */
  public <T> T shared(String key, Class<T> type, Supplier<T> make) {
    return type.cast(shared.computeIfAbsent(key, _ -> make.get()));
  }

  /** Reads a body while it comes. */
  @FunctionalInterface
  public interface BodyReader {
    void read(InputStream body) throws IOException;
  }

  /**
   * Posts, and hands on the body of a 2xx while it comes, for answers that are longer than a text for people. Throws
   * {@link BoundedStream.TooLong} where there is more than {@code most} bytes, and gives up after four times as long as
   * an answer may take to begin.
   */
  public Answer post(java.net.URI url, Map<String, String> headers, byte[] body, long most, BodyReader reader)
      throws IOException {
    HttpPost post = new HttpPost(url);
    post.setEntity(new ByteArrayEntity(body, ContentType.parseLenient(headers.get("Content-Type"))));
    return execute(post, headers, 6, response -> {
      boolean good = response.getCode() / 100 == 2 && response.getEntity() != null;
      if (good) {
        read(post, response.getEntity().getContent(), most, reader);
      }
      return good ? new Answer(response.getCode(), "", null, null, clock.instant()) : answer(post, response);
    });
  }

  private void read(HttpPost post, InputStream body, long most, BodyReader reader) throws IOException {
    InputStream bounded = new BoundedStream(body, most, answer.toDuration().multipliedBy(4));
    try {
      reader.read(bounded);
      bounded.transferTo(OutputStream.nullOutputStream());
    } catch (IOException | RuntimeException e) {
      post.abort(); // else the client reads the rest to keep the connection, however much comes
      throw e;
    }
  }

  private Answer send(HttpUriRequestBase request, Map<String, String> headers) throws IOException {
    return execute(request, headers, 2, response -> answer(request, response));
  }

  /** @param patience the whole answer may take so many times as long as its beginning */
  private Answer execute(HttpUriRequestBase request, Map<String, String> headers, int patience,
      HttpClientResponseHandler<Answer> reader) throws IOException {
    headers.forEach(request::setHeader);
    Duration longest = answer.toDuration().multipliedBy(patience);
    Bulkhead turns = turns(request);
    if (!turns.tryAcquirePermission()) {
      throw new NoTurn("there was no turn beside " + IN_FLIGHT + " other requests to the same host");
    }
    var late = new CompletableFuture<Void>().orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS);
    late.exceptionally(_ -> {
      request.abort(); // a server that sends a byte now and then would never let go
      return null;
    });
    try {
      return client.execute(request, reader);
    } catch (IOException | IllegalStateException e) { // the latter where the pool meets what was aborted
      if (!late.isCompletedExceptionally()) { throw e; }
      throw new SocketTimeoutException("the answer was not complete after " + longest.toMillis() + " ms");
    } finally {
      late.complete(null);
      turns.releasePermission();
    }
  }

  /** Those of all sinks that send to the same host and port. */
  private Bulkhead turns(HttpUriRequestBase request) {
    URIAuthority to = request.getAuthority();
    return shared("turns at " + to.getHostName().toLowerCase(Locale.ROOT) + ":" + to.getPort() + request.getScheme(),
        Bulkhead.class, () -> Bulkhead.of("turns", BulkheadConfig.custom().maxConcurrentCalls(IN_FLIGHT)
            .maxWaitDuration(TURN).build()));
  }

  private Answer answer(HttpUriRequestBase request, ClassicHttpResponse response) throws IOException {
    byte[] start = start(response.getEntity());
    if (start.length == MAX_ANSWER) {
      request.abort(); // else the client reads the rest to keep the connection, however much comes
    }
    return new Answer(response.getCode(), new String(start, StandardCharsets.UTF_8), header(response, "Retry-After"),
        header(response, "X-RateLimit-Reset"), clock.instant());
  }

  private static @Nullable String header(HttpResponse response, String name) {
    Header header = response.getFirstHeader(name);
    return header == null ? null : header.getValue();
  }

  private static byte[] start(@Nullable HttpEntity entity) throws IOException {
    return entity == null ? new byte[0] : entity.getContent().readNBytes(MAX_ANSWER);
  }

  @Override
  public void close() {
    try {
      if (owned) {
        client.close();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static final class Newest<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1;

    Newest() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > MOST_SHARED;
    }
  }
}
