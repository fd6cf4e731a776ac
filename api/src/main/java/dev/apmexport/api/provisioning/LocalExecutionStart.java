package dev.apmexport.api.provisioning;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.loadtest.ArchiveUploads;
import dev.apmexport.store.loadtest.LoadTest;
import dev.apmexport.store.loadtest.LoadTests;
import dev.apmexport.store.loadtest.LocalExecutions;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.tenant.TenantId;
import dev.apmexport.store.tenant.TenantRepository;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;

/** Makes the run of a k6 that starts, with a token and an address for its archive. */
public final class LocalExecutionStart {
  private final KnownLoadTests tests;
  private final LocalExecutions executions;
  private final ArchiveUploads uploads;
  private final Runs runs;
  private final TenantRepository tenants;
  private final ApiTokenRepository tokens;
  private final DatabasePatience patience;

  public LocalExecutionStart(LoadTests tests, LocalExecutions executions, ArchiveUploads uploads, Runs runs,
      TenantRepository tenants, ApiTokenRepository tokens, DatabasePatience patience) {
    this.tests = new KnownLoadTests(tests, patience);
    this.executions = executions;
    this.uploads = uploads;
    this.runs = runs;
    this.tenants = tenants;
    this.tokens = tokens;
    this.patience = patience;
  }

  /**
   * A repeated call is about the same run, and gets a token and an address of its own: those of the call before may have
   * been lost, and are known to nobody else.
   *
   * @param key the same for every try of the same start
   * @param profile the one that k6's host is bound to, if any
   * @param service the address that k6 has reached
   */
  StartedExecution start(TenantId tenant, String loadTest, JsonNode body, @Nullable String key,
      @Nullable String profile, String service) {
    LoadTest test = tests.find(tenant, loadTest);
    if (!body.path("options").isObject()) {
      throw new Refused(HttpStatus.BAD_REQUEST, "The body must be a JSON object with the script's options: "
          + "{\"options\": {…}, \"max_vus\": …, \"total_duration\": …, \"archive_size\": … or null}.");
    }
    Runs.Created created = patience.call(0, () -> runs.create(tenants.findById(tenant.value()).orElseThrow(),
        test.name(), key, body.path("options"), profile));
    TestRun run = created.run();
    return patience.call(0, () -> { // by itself: what is tried again here makes no second run
      executions.begun(run.id(), test, body.path("max_vus").asInt(0), body.path("total_duration").asInt(0));
      return new StartedExecution(run.id(), uploadURL(run, body.path("archive_size"), service),
          DetailsPage.of(created, profile, service),
          StartedExecution.config(run.settings(), newToken(tenant, run), service));
    });
  }

  private String newToken(TenantId tenant, TestRun run) {
    String token = ApiToken.random();
    tokens.save(ApiToken.forRun(tenant, run.id(), token));
    return token;
  }

  /** None if there is no archive, or if it is too large, of which k6 warns before it goes on. */
  private @Nullable String uploadURL(TestRun run, JsonNode size, String service) {
    long bytes = size.isIntegralNumber() && size.canConvertToLong() ? size.asLong() : 0;
    return bytes <= 0 || bytes > ArchivePut.MOST_BYTES ? null
        : service + "/provisioning/v1/test_runs/" + run.id() + "/archive?signature=" + uploads.allow(run.id(), bytes);
  }
}
