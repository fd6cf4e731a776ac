package dev.apmexport.api.profile;

import dev.apmexport.api.apm.ApmCheck;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.api.security.TenantLimit;
import dev.apmexport.store.profile.Profile;
import dev.apmexport.store.profile.ProfileRepository;
import dev.apmexport.store.profile.Profiles;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Stored apm lists. */
@Tag(name = "Profiles", description = "Stored lists of apm blocks.")
@RestController
@RequestMapping("/api/v1/apm-profiles")
public class ProfileController {
  private final Profiles profiles;
  private final TenantRepository tenants;
  private final ApmCheck check;
  private final TenantLimit checks;
  private final DatabasePatience patience;

  public ProfileController(Profiles profiles, TenantRepository tenants, ApmCheck check, TenantLimit checkLimit,
      DatabasePatience patience) {
    this.profiles = profiles;
    this.tenants = tenants;
    this.check = check;
    this.checks = checkLimit;
    this.patience = patience;
  }

  /** A profile as it was written, with {@code ***} in place of its secrets. */
  record ProfileView(String name,
      @ArraySchema(schema = @Schema(type = "object")) JsonNode apm,
      Instant createdAt, Instant updatedAt) {}

  /** What is sent to store a profile. */
  record ProfileBody(
      @ArraySchema(schema = @Schema(type = "object", example = "{\"provider\": \"prometheus\", "
          + "\"remoteWriteURL\": \"https://prometheus.example/api/v1/write\", "
          + "\"metrics\": [\"checks\"]}")) @Nullable JsonNode apm) {}

  record ProfileList(List<ProfileRepository.Listed> items) {}

  @Operation(summary = "Stores a list of apm blocks under a name.", description = "Bound to a run by "
      + "K6_CLOUD_HOST=http://host/p/<name>. A secret written as *** is the stored one at the same place. Nothing is stored "
      + "if a block has an error. The answer is that of the check; name is the name of the runs to come.")
  @ApiResponse(responseCode = "200", description = "The profile is stored.", useReturnTypeSchema = true)
  @ApiResponse(responseCode = "422", description = "A block has an error, and nothing was stored.")
  @ApiResponse(responseCode = "429", description = "Too many checks in a minute; Retry-After says how long to wait.")
  @PutMapping("/{name}")
  ApmCheck.Answer put(Caller caller, @PathVariable("name") String profile, @RequestBody ProfileBody body,
      @RequestParam(name = "name", required = false) @Nullable String runs) {
    JsonNode apm = body.apm;
    if (!Profiles.isName(profile)) {
      throw new Refused(HttpStatus.BAD_REQUEST, "\"" + profile + "\" cannot be a profile's name; it must be 1 to 63 "
          + "letters, digits, dots, hyphens and underscores, a letter or digit first.");
    }
    if (apm == null || apm.isNull()) {
      throw new Refused(HttpStatus.BAD_REQUEST, "The body must be a JSON object {\"apm\": [ … ]}.");
    }
    checks.take(caller.tenant());
    Profiles.Opened put = stored(caller, profile, apm);
    Tenant tenant = patience.call(0, () -> tenants.findById(caller.tenant().value()).orElseThrow());
    ApmCheck.Answer answer = check.check(tenant, put.blocks(), runs, false);
    if (put.hasErrors()) {
      throw new Refused(HttpStatus.UNPROCESSABLE_CONTENT,
          "The profile \"" + profile + "\" was not stored: its blocks have "
              + "errors, which are listed.",
          Map.of("blocks", answer.blocks()));
    }
    return answer;
  }

  private Profiles.Opened stored(Caller caller, String profile, JsonNode apm) {
    try {
      return patience.call(0, () -> profiles.put(caller.tenant(), profile, apm));
    } catch (Profiles.TooMany e) {
      throw new Refused(HttpStatus.CONFLICT, String.valueOf(e.getMessage()));
    }
  }

  @Operation(summary = "Lists the tenant's profiles.")
  @GetMapping
  ProfileList list(Caller caller) {
    return patience.call(0, () -> new ProfileList(profiles.list(caller.tenant())));
  }

  @Operation(summary = "Shows a profile, without its secrets.")
  @GetMapping("/{name}")
  ProfileView show(Caller caller, @PathVariable String name) {
    Profile found = patience.call(0, () -> profiles.find(caller.tenant(), name)).orElseThrow(() -> unknown(name));
    return new ProfileView(found.name(), found.apm(), found.createdAt(), found.updatedAt());
  }

  @Operation(summary = "Deletes a profile.", description = "Runs that were made with it go on.")
  @ApiResponse(responseCode = "204", description = "The profile is gone.")
  @DeleteMapping("/{name}")
  ResponseEntity<Void> delete(Caller caller, @PathVariable String name) {
    if (!patience.call(0, () -> profiles.delete(caller.tenant(), name))) { throw unknown(name); }
    return ResponseEntity.noContent().build();
  }

  private static Refused unknown(String name) {
    return Refused.notFound("There is no profile \"" + name + "\".");
  }
}
