package dev.apmexport.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.apmexport.api.WithApi;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.TenantId;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

/** A tenant with something of everything, and a walk by every endpoint there is. */
abstract class WithWalls extends WithApi {
  /** What anybody may see. */
  private static final Set<String> OPEN = Set.of("/error", "/actuator", "/actuator/health", "/actuator/health/**",
      "/v3/api-docs", "/v3/api-docs.yaml", "/v3/api-docs/swagger-config", "/swagger-ui.html", "/", "/runs",
      "/runs/{id}",
      "/provisioning/v1/test_runs/{id}/archive"); // which asks for a signature, and not for a token
  private static final String PARTS = "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\ntheirs\r\n--x--\r\n";

  private static final byte[] EMPTY_GZIP = {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};

  @Autowired
  protected ApplicationContext application;
  protected final String word = "ours-" + UUID.randomUUID();
  protected TenantId us = new TenantId(0);
  protected String run = "";
  protected String ourToken = "";
  /** What of ours stands for a variable, by the end of the path before it. */
  private Map<String, String> ours = Map.of();

  @BeforeEach
  void settle() {
    us = newTenant();
    ourToken = tokenOf(us);
    token = ourToken;
    run = post("/v1/tests", "{\"name\":\"" + word + "\"}").at("/reference_id");
    keepArchive();
    ours = new HashMap<>(Map.of("/v1/tests/", run, "/v2/metrics/", run, "/api/v1/test-runs/", run, "/api/v1/tenants/",
        Long.toString(us.value()), "/tokens/", idOf(runToken(run)), "/apm-profiles/", "nightly", "/p/", "nightly",
        "/i/",
        "lg-1", "/replays/", newReplay()));
    ours.putAll(Map.of("/projects/", "99", "/load_tests/", newLoadTest(), "/test_runs/", run,
        "/test-progress/", run));
    send(request("/api/v1/apm-profiles/nightly").header("Content-Type", "application/json")
        .PUT(BodyPublishers.ofString("{\"apm\":[{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://" + word
            + ".example.com\"}]}")));
  }

  private String newLoadTest() {
    return jdbc.sql("insert into load_test (tenant_id, project_id, name) values (?, 99, ?) returning id")
        .params(us.value(), word).query(String.class).single();
  }

  private void keepArchive() {
    jdbc.sql("""
        with archive as (insert into script_archive (tenant_id, test_run_id) values (?, ?) returning id)
        insert into script_archive_part (script_archive_id, n, content) select id, 0, ? from archive""")
        .params(us.value(), Long.parseLong(run), EMPTY_GZIP).update();
  }

  private String newReplay() {
    return jdbc.sql("""
        insert into replay (tenant_id, test_run_id, mode, dry_run, elsewhere, created_by)
        values (?, ?, 'difference', true, false, ?) returning id""").params(us.value(), Long.parseLong(run), word)
        .query(String.class).single();
  }

  private String idOf(String ofUs) {
    return jdbc.sql("select id from api_token where sha256 = ?").param(ApiToken.digest(ofUs)).query(String.class)
        .single();
  }

  /** A token for this run of ours. */
  protected String runToken(String ofRun) {
    return admitted(made -> ApiToken.forRun(us, Long.parseLong(ofRun), made));
  }

  protected Stream<DynamicTest> walk(Predicate<Endpoint> chosen, Consumer<Endpoint> visit) {
    List<Endpoint> walls = Endpoint.of(application).stream().filter(endpoint -> !OPEN.contains(endpoint.pattern()))
        .filter(chosen).toList();
    assertThat(walls).isNotEmpty();
    return walls.stream().map(endpoint -> dynamicTest(endpoint.toString(), () -> visit.accept(endpoint)));
  }

  protected void getsIn(Endpoint endpoint, String with) {
    Answer answer = call(endpoint, with);
    assertThat(answer.status()).as(answer.text()).isNotIn(401, 403, 404, 500);
  }

  /** Refused in the caller's format, without a word of what is ours, and nothing of it changed. */
  protected void isRefused(Endpoint endpoint, String with, int status) {
    Map<String, String> before = allOfOurs();
    Answer answer = call(endpoint, with);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.at(endpoint.isK6s() ? "/error/message" : "/detail")).isNotEqualTo("(nothing)").endsWith(".");
    assertThat(answer.text()).doesNotContain(word);
    assertThat(allOfOurs()).isEqualTo(before);
  }

  protected Answer call(Endpoint endpoint, String with) {
    token = with;
    boolean multipart = endpoint.contentType().startsWith("multipart/");
    return send(request(endpoint.path(ours))
        .header("Content-Type", endpoint.contentType() + (multipart ? "; boundary=x" : ""))
        .method(endpoint.method(), multipart ? BodyPublishers.ofString(PARTS) : body(endpoint)));
  }

  private BodyPublisher body(Endpoint endpoint) {
    return switch (endpoint.method()) {
      case "GET", "DELETE" -> BodyPublishers.noBody();
      default -> endpoint.takes(InputStream.class) ? BodyPublishers.ofByteArray(pushOf(run, samples()))
          : endpoint.pattern().equals("/api/v1/replays")
              ? BodyPublishers.ofString("{\"testRunId\":\"" + run + "\",\"mode\":\"difference\"}")
              : BodyPublishers.ofString("{\"name\":\"theirs\",\"apm\":[]}");
    };
  }

  /** A print of all rows that are ours, table by table. */
  protected Map<String, String> allOfOurs() {
    Map<String, String> prints = new HashMap<>();
    jdbc.sql("""
        select table_name, column_name from information_schema.columns
        where table_schema = 'public' and column_name in ('tenant_id', 'test_run_id')""").query(row -> {
      String table = row.getString(1);
      String owner = row.getString(2);
      prints.put(table + "." + owner,
          print(table, owner, owner.equals("tenant_id") ? us.value() : Long.parseLong(run)));
    });
    prints.put("tenant", print("tenant", "id", us.value()));
    return prints;
  }

  private String print(String table, String owner, long id) {
    return jdbc.sql("select coalesce(md5(string_agg(t::text, ' ' order by t::text)), '') from " + table + " t where "
        + owner + " = ?").param(id).query(String.class).single();
  }
}
