package dev.apmexport.api.k6;

import dev.apmexport.api.archive.ScriptArchives;
import dev.apmexport.api.run.Intake;
import dev.apmexport.api.run.RunOutcome;
import dev.apmexport.api.run.TakesPush;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.OpenToRunTokens;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code k6 run -o cloud} of every version since 0.45 calls, and {@code k6 cloud run --local-execution} of 0.54 to
 * 2.1: create, push, finish (k6's cloudapi/api.go at v2.2.0).
 */
@Tag(name = "k6's front door", description = "What \"k6 run -o cloud\" calls.")
@RestController
public class K6Controller {
  private final Runs runs;
  private final TenantRepository tenants;
  private final Intake intake;
  private final ScriptArchives archives;
  private final DatabasePatience patience;

  public K6Controller(Runs runs, TenantRepository tenants, Intake intake, ScriptArchives archives,
      DatabasePatience patience) {
    this.runs = runs;
    this.tenants = tenants;
    this.intake = intake;
    this.archives = archives;
    this.patience = patience;
  }

  @Operation(summary = "Makes the test run of a k6 that starts.")
  @ApiResponse(responseCode = "200", description = "The test run was made.", useReturnTypeSchema = true)
  @PostMapping(path = "/v1/tests", consumes = MediaType.APPLICATION_JSON_VALUE)
  CreatedTest create(Caller caller, @RequestBody @Schema(implementation = NewTest.class) JsonNode body,
      @RequestHeader(name = "K6-Idempotency-Key", required = false) @Nullable String key,
      @Parameter(hidden = true) @RequestAttribute(name = ProfilePath.PROFILE, required = false) @Nullable String profile) {
    ObjectNode options = JsonMapper.shared().createObjectNode();
    options.set("thresholds", body.path("thresholds"));
    options.putObject("cloud").set("projectID", body.path("project_id"));
    return CreatedTest.of(made(caller, body.path("name").asString(""), key, options, profile), false, profile,
        service());
  }

  /** What k6 0.54 to 2.1 call with {@code cloud run --local-execution}: the form of the parameters, and the archive. */
  @Operation(summary = "Makes the test run of a k6 that starts.", requestBody = @io.swagger.v3.oas.annotations.parameters.RequestBody(description = "The test's name and the script's archive, which brings the options.", required = true, content = @Content(mediaType = MediaType.MULTIPART_FORM_DATA_VALUE, schema = @Schema(implementation = NewTestForm.Parts.class))))
  @ApiResponse(responseCode = "200", description = "The test run was made.", useReturnTypeSchema = true)
  @PostMapping(path = "/v1/tests", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
  CreatedTest createWithArchive(Caller caller, @Parameter(hidden = true) HttpServletRequest request,
      @RequestHeader(name = "K6-Idempotency-Key", required = false) @Nullable String key,
      @Parameter(hidden = true) @RequestAttribute(name = ProfilePath.PROFILE, required = false) @Nullable String profile) {
    Intake.checked(key);
    NewTestForm form = NewTestForm.read(request, caller.tenant(), archives);
    Runs.Created created;
    try {
      created = made(caller, form.name(), key, form.options(), profile);
    } catch (RuntimeException e) {
      form.upload().ifPresent(archives::drop);
      throw e;
    }
    form.upload().ifPresent(upload -> archives.give(upload, created.run()));
    CreatedTest told = CreatedTest.of(created, form.upload().isPresent(), profile, service());
    return form.upload().map(ScriptArchives.Upload::notCopied)
        .map(why -> told.warned("No copy of the script's archive is kept, as " + why + "; the test goes on."))
        .orElse(told);
  }

  private Runs.Created made(Caller caller, String name, @Nullable String key, JsonNode options,
      @Nullable String profile) {
    Intake.checked(key);
    return patience.call(0, () -> {
      Tenant tenant = tenants.findById(caller.tenant().value()).orElseThrow();
      return runs.create(tenant, name.isBlank() ? "k6 test" : name, key, options, profile);
    });
  }

  private static String service() {
    return ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
  }

  @TakesPush
  @ApiResponse(responseCode = "200", description = "The push is stored.")
  @OpenToRunTokens
  @PostMapping("/v2/metrics/{id}")
  ResponseEntity<Void> push(Caller caller, @PathVariable String id, InputStream body,
      @RequestHeader(name = "K6-Idempotency-Key", required = false) @Nullable String key) throws IOException {
    intake.push(intake.find(caller, id), caller.instance(), key, body);
    return ResponseEntity.ok().build();
  }

  @Operation(summary = "Finishes the test run of a k6 that ends.")
  @PostMapping("/v1/tests/{id}")
  Map<String, Object> finish(Caller caller, @PathVariable String id,
      @RequestBody(required = false) @Schema(type = "object", example = "{\"result_status\": 0}") @Nullable JsonNode outcome) {
    intake.finish(intake.find(caller, id), RunOutcome.kept(outcome));
    return Map.of();
  }
}
