package dev.apmexport.exporter.sink;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Requests to destinations: no redirects, no retries, no cookies, answers read to a bound, and every address checked by
 * the {@link EgressPolicy} at the moment of connecting, so that a name that changes its address is checked again.
 */
public final class HttpTransport implements AutoCloseable {
  /** So much of an answer is read; the rest is dropped with its connection. */
  public static final int MAX_ANSWER = 64 << 10;
  private static final int CONNECTIONS = 2_000;
  private static final int CONNECTIONS_PER_ROUTE = 200;

  private final EgressPolicy policy;
  private final Timeout connect;
  private final Timeout answer;
  private final CloseableHttpClient client;
  private final boolean owned;

  /** An answer: its status, the start of its body as text, and of its headers those that say when to come back. */
  public record Answer(int status, String body, @Nullable String retryAfter, @Nullable String rateLimitReset) {}

  public HttpTransport(EgressPolicy policy, Timeout connect, Timeout answer) {
    this(policy, connect, answer, client(policy, connect, answer, Tls.STANDARD), true);
  }

  private HttpTransport(EgressPolicy policy, Timeout connect, Timeout answer, CloseableHttpClient client,
      boolean owned) {
    this.policy = policy;
    this.connect = connect;
    this.answer = answer;
    this.client = client;
    this.owned = owned;
  }

  private static CloseableHttpClient client(EgressPolicy policy, Timeout connect, Timeout answer, Tls tls) {
    var connections = PoolingHttpClientConnectionManagerBuilder.create().setDnsResolver(new GuardedResolver(policy))
        .setTlsSocketStrategy(tls.strategy())
        .setMaxConnTotal(CONNECTIONS).setMaxConnPerRoute(CONNECTIONS_PER_ROUTE)
        .setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(connect).setSocketTimeout(answer)
            .setValidateAfterInactivity(5, TimeUnit.SECONDS).build())
        .build();
    return HttpClients.custom().setConnectionManager(connections).disableRedirectHandling()
        .disableAutomaticRetries().disableCookieManagement().disableAuthCaching().disableContentCompression()
        .disableDefaultUserAgent()
        .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(answer).build()).build();
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
    return new HttpTransport(policy, connect, answer, own ? client(policy, connect, answer, tls) : client, own);
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

  private Answer send(HttpUriRequestBase request, Map<String, String> headers) throws IOException {
    headers.forEach(request::setHeader);
    return client.execute(request, response -> {
      byte[] start = start(response.getEntity());
      if (start.length == MAX_ANSWER) {
        request.abort(); // else the client reads the rest to keep the connection, however much comes
      }
      return new Answer(response.getCode(), new String(start, StandardCharsets.UTF_8),
          header(response, "Retry-After"), header(response, "X-RateLimit-Reset"));
    });
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

  private record GuardedResolver(EgressPolicy policy) implements DnsResolver {
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      InetAddress[] addresses = SystemDefaultDnsResolver.INSTANCE.resolve(host);
      for (InetAddress address : addresses) {
        if (!policy.permits(address)) {
          throw new UnknownHostException(host + " has the address " + address.getHostAddress()
              + ", which is not public. An operator can allow it with --apm.egress.allow.");
        }
      }
      return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
      return resolve(host)[0].getCanonicalHostName();
    }
  }
}
