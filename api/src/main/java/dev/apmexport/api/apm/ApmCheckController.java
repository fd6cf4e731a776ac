package dev.apmexport.api.apm;

import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.api.security.TenantLimit;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/** The check before the run. */
@Tag(name = "APM blocks", description = "The check of apm blocks before a run.")
@RestController
public class ApmCheckController {
  private final ApmCheck check;
  private final TenantRepository tenants;
  private final DatabasePatience patience;
  private final TenantLimit checks;
  private final TenantLimit connections;

  public ApmCheckController(ApmCheck check, TenantRepository tenants, DatabasePatience patience, TenantLimit checkLimit,
      TenantLimit connectionLimit) {
    this.check = check;
    this.tenants = tenants;
    this.patience = patience;
    this.checks = checkLimit;
    this.connections = connectionLimit;
  }

  /**
   * Whatever content type is said, the content tells what it is: curl says of an archive that it is a form. So the
   * parameters are taken from the address itself, since asking the request for one would read the body as that form.
   */
  @Operation(summary = "Checks apm blocks before a run.", description = "Stores nothing and starts nothing. 60 checks and "
      + "10 connection tests a minute are answered.", parameters = {
          @Parameter(in = ParameterIn.QUERY, name = "name", schema = @Schema(type = "string"), description = "The name of the "
              + "runs to come; the last one of that name tells how many series there would be. Without it the script's own."),
          @Parameter(in = ParameterIn.QUERY, name = "connect", schema = @Schema(type = "boolean"), description = "Whether the "
              + "destinations are asked, too.")}, requestBody = @RequestBody(description = "An apm block, a list of "
                  + "blocks, a script's options, or the archive that \"k6 archive\" makes.", content = {
                      @Content(mediaType = "application/json", schema = @Schema(type = "object")),
                      @Content(mediaType = "application/x-tar", schema = @Schema(type = "string", format = "binary"))}))
  @ApiResponse(responseCode = "200", description = "What the blocks would do.", useReturnTypeSchema = true)
  @ApiResponse(responseCode = "429", description = "Too many checks in a minute; Retry-After says how long to wait.")
  @PostMapping("/api/v1/apm/check")
  ApmCheck.Answer check(Caller caller, @Parameter(hidden = true) HttpServletRequest request) throws IOException {
    checks.take(caller.tenant());
    MultiValueMap<String, String> query = UriComponentsBuilder.newInstance().query(request.getQueryString()).build()
        .getQueryParams();
    boolean connect = query.containsKey("connect") && !"false".equals(query.getFirst("connect"));
    if (connect) {
      connections.take(caller.tenant());
    }
    Submitted submitted = Submitted.read(request.getInputStream());
    String name = decoded(query.getFirst("name"));
    List<ApmBlock> blocks = ApmBlocks.read(submitted.apm());
    Tenant tenant = patience.call(0, () -> tenants.findById(caller.tenant().value()).orElseThrow());
    return check.check(tenant, blocks, name == null ? submitted.name() : name, connect);
  }

  private static @Nullable String decoded(@Nullable String parameter) {
    try {
      return parameter == null ? null : UriUtils.decode(parameter.replace('+', ' '), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Refused(HttpStatus.BAD_REQUEST,
          "The name \"" + parameter + "\" is not percent-encoded as an address wants it.");
    }
  }
}
