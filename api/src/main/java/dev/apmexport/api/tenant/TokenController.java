package dev.apmexport.api.tenant;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Operator;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** A tenant's tokens, for operators. */
@Tag(name = "Tokens", description = "A tenant's tokens, for operators.")
@RestController
@RequestMapping("/api/v1/tenants/{tenantId}/tokens")
public class TokenController {
  private static final String NOTE = "note";
  private static final int MAX_NOTE = 200;

  private final TenantRepository tenants;
  private final ApiTokenRepository tokens;
  private final DatabasePatience patience;

  public TokenController(TenantRepository tenants, ApiTokenRepository tokens, DatabasePatience patience) {
    this.tenants = tenants;
    this.tokens = tokens;
    this.patience = patience;
  }

  /** A new token; this is the only answer that ever shows it. */
  record Issued(String id, String token, @Nullable String note, Instant createdAt) {
    @Override
    public String toString() {
      return "token " + id;
    }
  }

  /** Makes a token that may do whatever the tenant may; {@code {"note": …}} says what it is for. */
  @Operation(summary = "Makes a token for a tenant; no other answer ever shows it.")
  @ApiResponse(responseCode = "201", description = "The token was made.", useReturnTypeSchema = true)
  @PostMapping
  ResponseEntity<Issued> issue(Operator operator, @PathVariable long tenantId,
      @RequestBody(required = false) @Schema(implementation = NewToken.class) @Nullable JsonNode body) {
    String note = note(body);
    String token = ApiToken.random();
    ApiToken stored = patience.call(0,
        () -> tokens.save(ApiToken.forTenant(found(tenantId).id(), note, token)));
    return ResponseEntity.status(HttpStatus.CREATED).cacheControl(CacheControl.noStore())
        .body(new Issued(Long.toString(stored.id()), token, note, stored.createdAt()));
  }

  private static @Nullable String note(@Nullable JsonNode body) {
    if (body == null) { return null; }
    Fields fields = new Fields(body, List.of(NOTE));
    String note = fields.text(NOTE, MAX_NOTE);
    fields.check();
    return note;
  }

  @Operation(summary = "Lists a tenant's tokens, the newest first.")
  @GetMapping
  Page<TokenView> list(Operator operator, @PathVariable long tenantId, @RequestParam(defaultValue = "50") int limit,
      @RequestParam(required = false) @Nullable Long before) {
    return patience.call(0, () -> Page.of(
        tokens.page(found(tenantId).id().value(), before == null ? Long.MAX_VALUE : before, Page.limit(limit)), limit,
        TokenView::of, ApiToken::id));
  }

  /** Revokes a token at once and for ever; revoking it again changes nothing. */
  @Operation(summary = "Revokes a token at once and for ever.")
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(Operator operator, @PathVariable long tenantId, @PathVariable long id) {
    if (patience.call(0, () -> tokens.revoke(id, tenantId)) == 0) {
      throw Refused.notFound("Tenant " + tenantId + " has no token " + id + ".");
    }
  }

  private Tenant found(long id) {
    return tenants.findById(id).orElseThrow(() -> Refused.notFound("There is no tenant " + id + "."));
  }
}
