package dev.apmexport.api;

import dev.apmexport.db.TestPostgres;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantId;
import dev.apmexport.store.tenant.TenantRepository;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The api as its own process has it, on an empty database, without a worker; asked over HTTP. */
@SpringBootTest(classes = ApiApplication.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = {
    "spring.config.name=api", "logging.level.root=off", "spring.datasource.hikari.maximum-pool-size=5"})
public abstract class WithApi {
  private static final TestPostgres.Database DATABASE = TestPostgres.freshDatabase();
  private static final long BUCKET = Instant.now().getEpochSecond() / 3 * 3;
  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Autowired
  protected JdbcClient jdbc;
  @Autowired
  private TenantRepository tenants;
  @Autowired
  private ApiTokenRepository tokens;
  @LocalServerPort
  protected int port;
  protected String token = "";

  @DynamicPropertySource
  static void settings(DynamicPropertyRegistry settings) {
    settings.add("apm.database-url", DATABASE::url);
    settings.add("apm.database-username", DATABASE::username);
    settings.add("apm.database-password", DATABASE::password);
    settings.add("apm.master-key", () -> "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
  }

  @BeforeEach
  void admit() {
    token = newToken();
  }

  protected String newToken() {
    return tokenOf(newTenant());
  }

  protected TenantId newTenant() {
    return tenants.save(new Tenant("t-" + UUID.randomUUID())).id();
  }

  protected String tokenOf(TenantId tenant) {
    return admitted(made -> ApiToken.forTenant(tenant, made));
  }

  protected String operatorToken() {
    return admitted(ApiToken::forOperator);
  }

  protected String admitted(Function<String, ApiToken> stored) {
    String made = ApiToken.random();
    tokens.save(stored.apply(made));
    return made;
  }

  /** An answer with its body as JSON, missing if there is none. */
  protected record Answer(int status, String type, JsonNode json, String text) {
    public String at(String pointer) {
      return json.at(pointer).asString("(nothing)");
    }
  }

  protected Answer get(String path) {
    return send(request(path).GET());
  }

  protected Answer post(String path, String json, String... headers) {
    return send(
        with(request(path).header("Content-Type", "application/json"), headers).POST(BodyPublishers.ofString(json)));
  }

  /** As k6 sends: chunked, without a length. */
  protected Answer push(String path, byte[] body, String... headers) {
    return push(path, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)), headers);
  }

  protected Answer push(String path, BodyPublisher body, String... headers) {
    return send(with(request(path).header("Content-Type", "application/x-protobuf").header("Content-Encoding", "snappy")
        .header("K6-Metrics-Protocol-Version", "2.0"), headers).POST(body));
  }

  protected HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    return token.isEmpty() ? request : request.header("Authorization", "Token " + token);
  }

  private static HttpRequest.Builder with(HttpRequest.Builder request, String... headers) {
    return headers.length == 0 ? request : request.headers(headers);
  }

  protected Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> got = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      String type = got.headers().firstValue("Content-Type").orElse("");
      JsonNode json = JsonMapper.shared().readTree(type.contains("json") ? got.body() : "{}");
      return new Answer(got.statusCode(), type, json, got.body());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  protected String newRun() {
    return post("/v1/tests", "{\"name\":\"checkout\",\"vus\":2,\"duration\":55}").at("/reference_id");
  }

  /** A push with one sample of this hour; made anew it is the same push, whatever the clock says by then. */
  protected static MetricSets samples() {
    return new MetricSets(3).counter("http_reqs", Labels.of("status", "200"), BUCKET, 5);
  }

  protected static byte[] pushOf(String run, MetricSets samples) {
    return MetricSets.pack(samples.build().toBuilder().setTestRunId(run).build().toByteArray());
  }

  protected int records(String run) {
    String count = "select count(*) from metric_log where test_run_id = ?";
    return jdbc.sql(count).param(Long.parseLong(run)).query(Integer.class).single();
  }
}
