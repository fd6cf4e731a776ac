package dev.apmexport.api.provisioning;

import dev.apmexport.api.k6.ProfilePath;
import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.OpenToRunTokens;
import dev.apmexport.api.security.TenantFilter;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.runlog.RunLog;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.InputStream;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.JsonNode;

/** What {@code k6 cloud run --local-execution} since k6 2.2 asks of the provisioning protocol. */
@Tag(name = "k6's front door")
@RestController
@RequestMapping("/provisioning/v1")
public class ProvisioningController {
  private final LocalExecutionStart start;
  private final ArchivePut archives;
  private final Intake intake;
  private final RunLog log;

  public ProvisioningController(LocalExecutionStart start, ArchivePut archives, Intake intake, RunLog log) {
    this.start = start;
    this.archives = archives;
    this.intake = intake;
    this.log = log;
  }

  @Operation(summary = "Makes the test run of a k6 that starts.")
  @ApiResponse(responseCode = "200", description = "The test run was made.", useReturnTypeSchema = true)
  @PostMapping("/load_tests/{id}/start_local_execution")
  ResponseEntity<StartedExecution> start(Caller caller, @PathVariable String id,
      @RequestBody @Schema(implementation = NewLocalExecution.class) JsonNode body,
      @RequestHeader(name = "K6-Idempotency-Key", required = false) @Nullable String key,
      @Parameter(hidden = true) @RequestAttribute(name = ProfilePath.PROFILE, required = false) @Nullable String profile) {
    String service = ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
    return ResponseEntity.ok().cacheControl(CacheControl.noStore())
        .body(start.start(caller.tenant(), id, body, Intake.checked(key), profile, service));
  }

  @Operation(summary = "Takes the script archive of a test run, for whoever has the address that its start gave.", requestBody = @io.swagger.v3.oas.annotations.parameters.RequestBody(description = "The archive, as \"k6 archive\" writes it.", required = true, content = @Content(mediaType = "application/x-tar", schema = @Schema(type = "string", format = "binary"))))
  @ApiResponse(responseCode = "200", description = "The archive was taken.")
  @ApiResponse(responseCode = "403", description = "The signature is not one that was given, is expired or was used.")
  @ApiResponse(responseCode = "413", description = "The archive is larger than was said at the start.")
  @PutMapping("/test_runs/{id}/archive")
  void archive(@PathVariable String id, @RequestParam(defaultValue = "") String signature,
      @RequestHeader(name = HttpHeaders.CONTENT_LENGTH, defaultValue = "-1") long length, InputStream body) {
    archives.take(id, signature, length, body);
  }

  @Operation(summary = "Finishes the test run of a k6 that ends.")
  @ApiResponse(responseCode = "204", description = "The test run is finished.")
  @ApiResponse(responseCode = "403", description = "The token is one load generator's, which cannot end the run for all.")
  @OpenToRunTokens(withName = false)
  @PostMapping("/test_runs/{id}/notify")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void ended(Caller caller, @PathVariable String id,
      @RequestBody(required = false) @Schema(type = "object", example = "{\"event_type\": \"script_execution_completed\", \"error\": null}") @Nullable JsonNode notification,
      @Parameter(hidden = true) HttpServletRequest request) {
    TestRun run = intake.find(caller, id);
    Set<String> tokens = Set.of(Objects.requireNonNull(TenantFilter.sent(request)));
    intake.finish(run, Outcome.of(notification, reason -> log.withoutSecrets(run, reason, tokens)));
  }
}
