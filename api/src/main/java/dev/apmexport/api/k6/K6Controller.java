package dev.apmexport.api.k6;

import dev.apmexport.api.run.Intake;
import dev.apmexport.api.run.TakesPush;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.OpenToRunTokens;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code k6 run -o cloud} of every version since 0.45 calls: create, push, finish (k6's cloudapi/api.go at
 * v2.2.0).
 */
@Tag(name = "k6's front door", description = "What \"k6 run -o cloud\" calls.")
@RestController
public class K6Controller {
  private final Runs runs;
  private final TenantRepository tenants;
  private final Intake intake;
  private final DatabasePatience patience;

  public K6Controller(Runs runs, TenantRepository tenants, Intake intake, DatabasePatience patience) {
    this.runs = runs;
    this.tenants = tenants;
    this.intake = intake;
    this.patience = patience;
  }

  @Operation(summary = "Makes the test run of a k6 that starts.")
  @ApiResponse(responseCode = "200", description = "The test run was made.", useReturnTypeSchema = true)
  @PostMapping(path = "/v1/tests", consumes = MediaType.APPLICATION_JSON_VALUE)
  CreatedTest create(Caller caller, @RequestBody @Schema(implementation = NewTest.class) JsonNode body,
      @RequestHeader(name = "K6-Idempotency-Key", required = false) @Nullable String key,
      @Parameter(hidden = true) @RequestAttribute(name = ProfilePath.PROFILE, required = false) @Nullable String profile) {
    Intake.checked(key);
    JsonNode options = JsonMapper.shared().createObjectNode().set("thresholds", body.path("thresholds"));
    Runs.Created created = patience.call(0, () -> {
      Tenant tenant = tenants.findById(caller.tenant().value()).orElseThrow();
      return runs.create(tenant, body.path("name").asString("k6 test"), key, options, profile);
    });
    return CreatedTest.of(created, profile, ServletUriComponentsBuilder.fromCurrentContextPath().toUriString());
  }

  @Operation(summary = "Makes the test run of a k6 that starts.")
  @ApiResponse(responseCode = "415", description = "Script archives are not read.")
  @PostMapping(path = "/v1/tests", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
  CreatedTest createWithArchive(Caller caller) {
    throw new Refused(HttpStatus.UNSUPPORTED_MEDIA_TYPE,
        "This version does not read script archives. Use \"k6 run -o cloud\", or "
            + "\"k6 cloud run --local-execution --no-archive-upload\".");
  }

  @TakesPush
  @ApiResponse(responseCode = "200", description = "The push is stored.")
  @OpenToRunTokens
  @PostMapping("/v2/metrics/{id}")
  ResponseEntity<Void> push(Caller caller, @PathVariable String id, InputStream body,
      @RequestHeader(name = "K6-Idempotency-Key", required = false) @Nullable String key) throws IOException {
    intake.push(intake.find(caller, id), key, body);
    return ResponseEntity.ok().build();
  }

  @Operation(summary = "Finishes the test run of a k6 that ends.")
  @PostMapping("/v1/tests/{id}")
  Map<String, Object> finish(Caller caller, @PathVariable String id,
      @RequestBody(required = false) @Schema(type = "object", example = "{\"result_status\": 0}") @Nullable JsonNode outcome) {
    intake.finish(intake.find(caller, id), outcome == null || !outcome.isObject() ? "{}" : outcome.toString());
    return Map.of();
  }
}
