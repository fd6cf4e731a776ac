package dev.apmexport.api.run;

import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.api.tenant.Fields;
import dev.apmexport.api.tenant.Page;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.JsonNode;

/** Tokens that are good for pushing to one run, such as k6 takes in {@code K6_CLOUD_TEST_RUN_TOKEN}. */
@Tag(name = "Test runs")
@RestController
public class RunTokenController {
  private static final String INSTANCE = "instance";
  private static final int MAX_INSTANCE = 64;

  private final Intake intake;
  private final ApiTokenRepository tokens;
  private final DatabasePatience patience;

  public RunTokenController(Intake intake, ApiTokenRepository tokens, DatabasePatience patience) {
    this.intake = intake;
    this.tokens = tokens;
    this.patience = patience;
  }

  /**
   * A new token; this is the only answer that ever shows it.
   *
   * @param instance the load generator that it is for; empty for the only one
   * @param metricsPushURL where to push with it
   */
  record Issued(String id, String token, String instance, Instant createdAt, String metricsPushURL) {
    @Override
    public String toString() {
      return "token " + id;
    }
  }

  /** Describes what may be sent to make a token. */
  @Schema(example = "{\"instance\": \"lg-1\"}")
  record NewRunToken(
      @Schema(description = "The load generator that pushes with it: 1 to 64 letters, digits, dots, underscores and "
          + "hyphens. Leave it out for a run that has only one.") @Nullable String instance) {}

  @Operation(summary = "Makes a token for pushing metrics and log lines to this test run, which without an instance "
      + "can also end it; no other answer ever shows it.")
  @ApiResponse(responseCode = "201", description = "The token was made.", useReturnTypeSchema = true)
  @PostMapping("/api/v1/test-runs/{id}/tokens")
  ResponseEntity<Issued> issue(Caller caller, @PathVariable String id,
      @RequestBody(required = false) @Schema(implementation = NewRunToken.class) @Nullable JsonNode body) {
    TestRun run = intake.find(caller, id);
    String instance = instance(body);
    String token = ApiToken.random();
    ApiToken stored = patience.call(0,
        () -> tokens.save(ApiToken.forRun(caller.tenant(), run.id(), instance, token)));
    return ResponseEntity.status(HttpStatus.CREATED).cacheControl(CacheControl.noStore())
        .body(new Issued(Long.toString(stored.id()), token, instance, stored.createdAt(), pushURL(run)));
  }

  /** A token as its tenant sees it: everything but the token; {@code id} is a decimal number, as text. */
  record Listed(String id, String instance, Instant createdAt, @Nullable Instant revokedAt) {
    static Listed of(ApiToken token) {
      return new Listed(Long.toString(token.id()), token.instance(), token.createdAt(), token.revokedAt());
    }
  }

  @Operation(summary = "Lists the tokens of a test run, the newest first.")
  @GetMapping("/api/v1/test-runs/{id}/tokens")
  Page<Listed> list(Caller caller, @PathVariable String id, @RequestParam(defaultValue = "50") int limit,
      @RequestParam(required = false) @Nullable Long before) {
    TestRun run = intake.find(caller, id);
    return patience.call(0,
        () -> Page.of(tokens.pageOfRun(run.id(), before == null ? Long.MAX_VALUE : before, Page.limit(limit)), limit,
            Listed::of, ApiToken::id));
  }

  /** Revokes a token at once and for ever; revoking it again changes nothing. */
  @Operation(summary = "Revokes a token of a test run at once and for ever.")
  @DeleteMapping("/api/v1/test-runs/{id}/tokens/{tokenId}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(Caller caller, @PathVariable String id, @PathVariable String tokenId) {
    TestRun run = intake.find(caller, id);
    if (patience.call(0, () -> tokens.revokeOfRun(Intake.number(tokenId), run.id())) == 0) {
      throw Refused.notFound("Test run " + id + " has no token " + tokenId + ".");
    }
  }

  private static String instance(@Nullable JsonNode body) {
    if (body == null) { return ""; }
    Fields fields = new Fields(body, List.of(INSTANCE));
    String instance = fields.text(INSTANCE, MAX_INSTANCE);
    fields.check();
    return instance == null ? "" : Caller.checkedInstance(instance);
  }

  private static String pushURL(TestRun run) {
    return ServletUriComponentsBuilder.fromCurrentContextPath().path("/v2/metrics/" + run.id()).toUriString();
  }
}
